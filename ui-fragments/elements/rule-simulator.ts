import { css, html, nothing, type TemplateResult } from 'lit'
import type { SimulationWire } from '../../module/contract/api/simulation.ts'
import { groupWords } from '../data/group-words.ts'
import { type Channel, channelNames } from '../data/message-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** What would become of a message, and why: nothing is changed by asking. */
export class RuleSimulatorElement extends AdminSection {
  static override properties = { outcome: { state: true } }
  declare outcome: SimulationWire | null

  constructor() {
    super()
    this.outcome = null
  }

  protected override render() {
    const dids = [
      ...new Set([...this.state.rules.flatMap((rule) => rule.dids), ...(this.state.system?.pbx.dids ?? [])]),
    ].filter((did) => /^\+?\d+$/.test(did))
    return html`<section class="card" aria-labelledby="simulator">
      <h3 id="simulator">What if…</h3>
      <form @submit=${this.#ask}>
        <label>This number is texted <input class="field" name="did" required maxlength="64" list="dids" autocomplete="off" .defaultValue=${dids[0] ?? ''} /></label>
        <datalist id="dids">${dids.map((did) => html`<option value=${did}></option>`)}</datalist>
        <label>By <input class="field" name="sender" required maxlength="64" autocomplete="off" placeholder="+19542788086" /></label>
        <div class="pair">
          <label>Channel
            <select class="field" name="channel">${Object.entries(channelNames).map(([channel, name]) => html`<option value=${channel}>${name}</option>`)}</select>
          </label>
          <label>When <input class="field" type="datetime-local" name="at" aria-describedby="when" /></label>
        </div>
        <p class="hint" id="when">Your own time; nothing means now.</p>
        <button class="button primary" type="submit" ?disabled=${this.busy}>Simulate</button>
      </form>
      ${this.problemLine()}
      <div class="outcome" role="status">${this.outcome === null ? nothing : this.#told(this.outcome)}</div>
    </section>`
  }

  #told({ sentence, rules, routed, notes }: SimulationWire): TemplateResult {
    return html`
      <p class="sentence">${sentence}</p>
      ${
        routed === null
          ? nothing
          : html`<p><span class="tag good">${groupWords(routed.group)}</span>
              ${routed.designated === null ? html`<span class="tag warning">Nobody yet</span>` : html`<span class="tag">@${routed.designated.name}</span>`}</p>`
      }
      ${
        rules.length === 0
          ? nothing
          : html`<h4>Rules, in their order</h4>
              <ol>${rules.map(({ name, taken, reason }) => html`<li><strong>${name}</strong> ${taken ? 'takes it.' : reason}</li>`)}</ol>`
      }
      ${
        routed === null || routed.candidates.length === 0
          ? nothing
          : html`<h4>Members</h4>
              <ul>${routed.candidates.map(({ name, extension, reason, excluded }) => html`<li class=${excluded === null ? '' : 'muted'}><strong>${name}</strong> ${extension}: ${reason}</li>`)}</ul>`
      }
      ${routed?.autoReply == null ? nothing : html`<p>The customer is told: “${routed.autoReply}”</p>`}
      ${notes.map((note) => html`<p class="muted">${note}</p>`)}
    `
  }

  async #ask(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const at = text('at')
    await this.attempt(async () => {
      this.outcome = await this.session.admin.simulate({
        did: text('did'),
        sender: text('sender'),
        channel: text('channel') as Channel,
        ...(at === '' ? {} : { at: new Date(at).toISOString() }),
      })
    })
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      section {
        padding: 14px 16px 16px;
      }
      h3 {
        margin-bottom: 8px;
        font-size: 15px;
        font-weight: 650;
      }
      form {
        display: grid;
        gap: 10px;
      }
      form label {
        display: flex;
        flex-direction: column;
        gap: 4px;
        font-size: 13px;
        font-weight: 550;
      }
      .pair {
        grid-template-columns: 92px minmax(0, 1fr);
      }
      .field {
        min-height: 34px;
        padding: 5px 9px;
      }
      .hint {
        margin-top: -6px;
        color: var(--muted);
        font-size: 12px;
      }
      .callout {
        margin: 10px 0 0;
      }
      .outcome > * {
        margin-top: 10px;
      }
      h4 {
        margin: 0;
        color: var(--muted);
        font-size: 12px;
        font-weight: 600;
      }
      li {
        padding: 2px 0;
        font-size: 13px;
        overflow-wrap: anywhere;
      }
      strong {
        font-weight: 600;
      }
    `,
  ]
}
