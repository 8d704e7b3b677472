import { css, html, nothing, type TemplateResult } from 'lit'
import type { DoctorWire, FindingWire } from '../../module/contract/api/system.ts'
import { fullTime } from '../data/time-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** What `parley doctor` finds: what is amiss with its remedy to copy, and what is well on demand. */
export class DoctorFindingsElement extends AdminSection {
  protected override render() {
    const { examining, doctor } = this.state
    const waiting = examining ? 'Looking at the PBX and the rest…' : 'Not looked at yet.'
    return html`
      <section aria-labelledby="checks" aria-busy=${examining}>
        <div class="head">
          <h3 id="checks">Checks</h3>
          <button class="button small" ?disabled=${examining} @click=${() => this.session.quietly(this.session.examine())}>${examining ? 'Looking…' : 'Check again'}</button>
        </div>
        ${doctor === null ? html`<p class="card empty">${waiting}</p>` : this.#report(doctor)}
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

  #finding({ state, sentence, todo }: FindingWire): TemplateResult {
    const [tone, words] = stateWords[state]
    return html`<div class="item">
      <div class="what">
        <h4>${sentence}</h4>
        ${todo === null ? nothing : html`<parley-copy-text .text=${todo}></parley-copy-text>`}
      </div>
      <span class="tag ${tone}">${words}</span>
    </div>`
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      .item {
        align-items: flex-start;
      }
      h4 {
        margin: 0;
        font-size: 14px;
        font-weight: 500;
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
