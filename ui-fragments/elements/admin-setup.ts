import { css, html, nothing, type TemplateResult } from 'lit'
import { type SetupStep, setupSteps } from '../data/setup-steps.ts'
import { doneIcon } from './admin-icons.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** Leads through an installation that has not seen a message yet. Asks to go elsewhere by `parley-go`. */
export class AdminSetupElement extends AdminSection {
  protected override render() {
    const steps = setupSteps(this.state)
    const done = steps.filter(({ state }) => state === 'done').length
    const next = steps.find(({ state }) => state !== 'done')
    return html`<section class="card" aria-labelledby="start">
      <header>
        <div>
          <h3 id="start">Get started</h3>
          <p class="muted" role="status">${done} of ${steps.length} done</p>
        </div>
        <progress max=${steps.length} value=${done} aria-label="Steps done"></progress>
      </header>
      <ol>${steps.map((step, index) => this.#step(step, index, step === next))}</ol>
    </section>`
  }

  #step(step: SetupStep, index: number, next: boolean): TemplateResult {
    return html`<li class="step ${step.state} ${next ? 'next' : ''}" aria-current=${next ? 'step' : nothing}>
      <span class="sign" aria-hidden="true">${step.state === 'done' ? doneIcon : index + 1}</span>
      <div class="what">
        <h4>${step.title}<span class="hidden-words">: ${step.state === 'done' ? 'done' : 'to do'}</span></h4>
        <p>${step.sentence}</p>
        ${step.todo === null ? nothing : html`<parley-copy-text .text=${step.todo}></parley-copy-text>`}
      </div>
      ${step.state === 'done' ? nothing : this.#act(step)}
    </li>`
  }

  #act({ key, go, state }: SetupStep): TemplateResult | typeof nothing {
    if (key === 'test')
      return html`<button class="button small" @click=${() => this.#go('rules')}>Simulate one</button>`
    if (go !== null) {
      const words = { carrier: 'Add carrier', webhook: 'Open carriers', rule: 'Add rule' }[key as string]
      return html`<button class="button small" @click=${() => this.#go(go)}>${words}</button>`
    }
    if (state === 'looking') return nothing
    return html`<button class="button small" ?disabled=${this.state.examining} @click=${() => this.session.quietly(this.session.examine())}>${this.state.examining ? 'Looking…' : 'Check again'}</button>`
  }

  #go(section: string): void {
    this.dispatchEvent(new CustomEvent('parley-go', { detail: section, bubbles: true, composed: true }))
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 16px;
        padding: 14px 16px 10px;
      }
      h3 {
        font-size: 15px;
        font-weight: 650;
      }
      progress {
        width: 120px;
        height: 6px;
        accent-color: var(--accent);
      }
      .step {
        display: flex;
        align-items: flex-start;
        gap: 12px;
        padding: 11px 16px;
        border-top: 1px solid var(--line);
      }
      .sign {
        display: grid;
        place-items: center;
        flex: none;
        width: 24px;
        height: 24px;
        border: 1px solid var(--strong-line);
        border-radius: 50%;
        color: var(--muted);
        font-size: 12px;
        font-weight: 650;
      }
      .next .sign {
        border-color: transparent;
        background: var(--accent);
        color: var(--on-accent);
      }
      .done .sign {
        border-color: transparent;
        background: var(--good-ground);
        color: var(--good);
      }
      h4 {
        margin: 2px 0 0;
        font-size: 14px;
        font-weight: 600;
      }
      .done h4 {
        font-weight: 500;
      }
    `,
  ]
}
