import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { DoctorWire, FindingWire } from '../../module/contract/api/system.ts'
import { fullTime } from '../data/time-words.ts'
import { ask } from './admin-events.ts'
import { adminStyles } from './admin-styles.ts'
import { copyIcon } from './icons.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** What `parley doctor` finds: what is amiss with its remedy to copy, and what is well on demand. */
export class DoctorFindingsElement extends LitElement {
  static override properties = {
    report: { attribute: false },
    examining: { type: Boolean },
    copied: { state: true },
  }
  declare report: DoctorWire | null
  declare examining: boolean
  declare copied: string | null

  constructor() {
    super()
    this.report = null
    this.examining = false
    this.copied = null
  }

  protected override render() {
    const waiting = this.examining ? 'Looking at the PBX and the rest…' : 'Not looked at yet.'
    return html`
      <section aria-labelledby="checks" aria-busy=${this.examining}>
        <div class="head">
          <h2 id="checks">Checks</h2>
          <button class="button small" ?disabled=${this.examining} @click=${() => ask(this, 'parley-examine', null)}>${this.examining ? 'Looking…' : 'Check again'}</button>
        </div>
        ${this.report === null ? html`<p class="card empty">${waiting}</p>` : this.#report(this.report)}
        <p class="hidden-words" role="status">${this.copied === null ? '' : 'Copied'}</p>
      </section>
    `
  }

  #report({ at, findings }: DoctorWire): TemplateResult {
    const amiss = worstFirst.flatMap((state) => findings.filter((finding) => finding.state === state))
    const well = findings.filter(({ state }) => state === 'ok')
    const summary = amiss.length === 0 ? 'All is well' : `${well.length} of ${findings.length} are well`
    return html`<div class="card">
      ${amiss.map((finding) => this.#finding(finding))}
      <details class="item">
        <summary>${summary} <span class="muted">${fullTime(at)}</span></summary>
        <ul>
          ${well.map(({ sentence }) => html`<li>${sentence}</li>`)}
        </ul>
      </details>
    </div>`
  }

  #finding({ code, state, sentence, todo }: FindingWire): TemplateResult {
    const [tone, words] = stateWords[state]
    return html`<div class="item">
      <div class="what">
        <h3>${sentence}</h3>
        ${todo === null ? nothing : this.#todo(code, todo)}
      </div>
      <span class="tag ${tone}">${words}</span>
    </div>`
  }

  #todo(code: string, todo: string): TemplateResult {
    return html`<div class="todo">
      <pre tabindex="0" role="group" aria-label="What to paste">${todo}</pre>
      <button class="button small" @click=${(event: MouseEvent) => this.#copy(code, todo, event)}>${copyIcon} ${this.copied === code ? 'Copied' : 'Copy'}</button>
    </div>`
  }

  /** By the selection, which pages without https may copy as well; there is another way where the page has one. */
  async #copy(code: string, todo: string, event: MouseEvent): Promise<void> {
    const text = (event.currentTarget as HTMLElement).parentElement?.querySelector('pre')
    if (text === null || text === undefined) return
    getSelection()?.selectAllChildren(text)
    if (!document.execCommand('copy')) await navigator.clipboard?.writeText(todo)
    this.copied = code
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      .item {
        align-items: flex-start;
      }
      .what h3 {
        font-size: 14px;
        font-weight: 500;
        overflow-wrap: anywhere;
      }
      .todo {
        display: flex;
        align-items: flex-start;
        gap: 8px;
        margin-top: 8px;
      }
      pre {
        flex: 1;
        min-width: 0;
        max-height: 160px;
        margin: 0;
        padding: 6px 10px;
        border: 1px solid var(--line);
        border-radius: 8px;
        background: var(--canvas);
        font: 12px / 1.6 ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
        overflow: auto;
      }
      details.item {
        display: block;
      }
      summary {
        font-weight: 600;
        cursor: pointer;
      }
      details ul {
        margin: 8px 0 0;
      }
      details li {
        padding: 2px 0;
        color: var(--muted);
        font-size: 13px;
      }
    `,
  ]
}

const worstFirst: readonly FindingWire['state'][] = ['fail', 'warn', 'unknown']

const stateWords: Readonly<Record<FindingWire['state'], readonly [tone: string, words: string]>> = {
  ok: ['good', 'Well'],
  warn: ['warning', 'Look at this'],
  fail: ['danger', 'Failed'],
  unknown: ['', 'Not seen'],
}
