import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import { whyQuestion } from '../data/decision-words.ts'
import { fullTime } from '../data/time-words.ts'
import { words } from '../data/words/words.ts'
import { closeIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

type Candidate = DecisionWire['candidates'][number]

/** A stored decision in plain words, with everyone who was looked at and why not him. */
export class DecisionDialogElement extends LitElement {
  static override properties = { decision: { attribute: false }, me: { type: String } }
  declare decision: DecisionWire
  declare me: string | null

  constructor() {
    super()
    this.me = null
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    const { decision } = this
    return html`<dialog aria-labelledby="title" @close=${() => emit(this, 'parley-dialog-closed', null)}>
      <header>
        <h2 id="title">${whyQuestion(decision, this.me)}</h2>
        <button class="icon-button" aria-label=${words().close} autofocus @click=${this.#close}>${closeIcon}</button>
      </header>
      <div class="body">
        <p>${decision.sentence}</p>
        ${decision.note === null ? nothing : html`<p><span class="hint">${words().note}:</span> ${decision.note}</p>`}
        ${decision.candidates.length === 0 ? nothing : this.#candidates()}
        <p class="hint">${words().whenBy(fullTime(decision.at), decision.actor.name)}</p>
      </div>
    </dialog>`
  }

  #candidates(): TemplateResult {
    return html`<table>
      <caption class="hidden-words">${words().everyoneConsidered}</caption>
      <thead>
        <tr><th scope="col">${words().member}</th><th scope="col">${words().atThatMoment}</th><th scope="col">${words().result}</th></tr>
      </thead>
      <tbody>${this.decision.candidates.map((candidate) => this.#candidate(candidate))}</tbody>
    </table>`
  }

  #candidate(candidate: Candidate): TemplateResult {
    const won = candidate.extension === this.decision.winner?.extension
    return html`<tr>
      <th scope="row">${candidate.name} <span class="hint">${candidate.extension}</span></th>
      <td>${capitalised(candidate.reason)}</td>
      <td>${won ? html`<span class="tag good">${words().designated}</span>` : html`<span class="tag">${candidate.excluded === null ? words().available : words().notAvailable}</span>`}</td>
    </tr>`
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    css`
      dialog {
        width: min(560px, calc(100vw - 24px));
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 13px;
      }
      th,
      td {
        padding: 8px 12px 8px 0;
        border-bottom: 1px solid var(--line);
        text-align: start;
        vertical-align: baseline;
      }
      thead th {
        color: var(--muted);
        font-weight: 500;
      }
      tbody th {
        font-weight: 600;
      }
    `,
  ]
}

const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
