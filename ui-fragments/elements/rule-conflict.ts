import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { AdminState } from '../data/admin-session.ts'
import {
  conflictOf,
  merged,
  type RuleConflict,
  type RuleFields,
  type RulePart,
  ruleParts,
} from '../data/rule-draft.ts'
import { partWords } from '../data/rule-words.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** Two edits of one rule side by side. Answers by `parley-take-theirs` or by `parley-resolved` with what to save. */
export class RuleConflictElement extends LitElement {
  static override properties = {
    state: { attribute: false },
    base: { attribute: false },
    mine: { attribute: false },
    theirs: { attribute: false },
    busy: { type: Boolean },
    problem: { attribute: false },
    chosen: { state: true },
  }
  declare state: AdminState
  declare base: RuleFields
  declare mine: RuleFields
  declare theirs: RuleFields
  declare busy: boolean
  declare problem: string | null
  declare chosen: ReadonlyMap<RulePart, 'mine' | 'theirs'>
  #conflicts: readonly RuleConflict[] = []

  constructor() {
    super()
    this.busy = false
    this.problem = null
    this.chosen = new Map()
  }

  /** Somebody may be quicker a second time: then the choice begins anew. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('theirs')) return
    this.#conflicts = conflictOf(this.base, this.mine, this.theirs)
    this.chosen = new Map(this.#conflicts.map(({ part, offered }) => [part, offered]))
  }

  protected override render() {
    return html`<div class="body">
        <p>Another administrator saved this rule while you were editing it. Choose what is to stand.</p>
        <div class="scroll">
          <table>
            <thead><tr><th scope="col">Part</th><th scope="col">Mine</th><th scope="col">Theirs</th></tr></thead>
            <tbody>${this.#conflicts.map((conflict) => this.#row(conflict))}</tbody>
          </table>
        </div>
        ${this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`}
      </div>
      <footer>
        <button class="button" @click=${() => this.dispatchEvent(new CustomEvent('parley-take-theirs'))}>Take theirs</button>
        <button class="button" ?disabled=${this.busy} @click=${() => this.#resolve(this.mine)}>Keep mine</button>
        <button class="button primary" ?disabled=${this.busy} @click=${() => this.#resolve(merged(this.mine, this.theirs, this.chosen))}>Save this choice</button>
      </footer>`
  }

  #row({ part, both }: RuleConflict): TemplateResult {
    return html`<tr>
      <th scope="row">${ruleParts[part]}${both ? html` <span class="tag warning">Both</span>` : nothing}</th>
      ${(['mine', 'theirs'] as const).map(
        (whose) => html`<td>
          <label class="check">
            <input type="radio" name=${part} .checked=${this.chosen.get(part) === whose} @change=${() => this.#choose(part, whose)} />
            <span><span class="hidden-words">${whose}: </span>${partWords(part, this[whose], this.state)}</span>
          </label>
        </td>`,
      )}
    </tr>`
  }

  #choose(part: RulePart, whose: 'mine' | 'theirs'): void {
    this.chosen = new Map(this.chosen).set(part, whose)
  }

  #resolve(fields: RuleFields): void {
    this.dispatchEvent(new CustomEvent('parley-resolved', { detail: fields }))
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    adminStyles,
    css`
      :host {
        display: contents;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 8px;
        padding: 12px 20px 16px;
        border-top: 1px solid var(--line);
      }
      td {
        overflow-wrap: anywhere;
      }
    `,
  ]
}
