import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { RuleWire } from '../../module/contract/api/rules.ts'
import { type AdminState, draftOf } from '../data/admin-session.ts'
import { groupWords } from '../data/group-words.ts'
import { channelNames } from '../data/message-words.ts'
import { randomId } from '../data/random-id.ts'
import { answered, ask } from './admin-events.ts'
import { adminStyles } from './admin-styles.ts'
import { downIcon, plusIcon, upIcon } from './icons.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** A rule being edited; a new one has no name yet. */
type Editing = { readonly rule: RuleWire | null; readonly id: string }

/** Message rules in the order in which they are tried. */
export class RuleListElement extends LitElement {
  static override properties = {
    state: { attribute: false },
    editing: { state: true },
    deleting: { state: true },
    problem: { state: true },
  }
  declare state: AdminState
  declare editing: Editing | null
  declare deleting: RuleWire | null
  declare problem: string | null

  constructor() {
    super()
    this.editing = null
    this.deleting = null
    this.problem = null
  }

  protected override render() {
    const { rules } = this.state
    return html`
      <div class="head">
        <div>
          <h2>Message rules</h2>
          <p>A message goes to the destination of the first enabled rule that takes its DID and channel. What no rule takes is kept under Unrouted.</p>
        </div>
        <button class="button primary" @click=${() => this.#edit(null)}>${plusIcon} Add rule</button>
      </div>
      ${this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`}
      <ol class="card">
        ${repeat(
          rules,
          ({ id }) => id,
          (rule, index) => this.#rule(rule, index),
        )}
        ${rules.length === 0 ? html`<li class="empty">No rules yet, so no message reaches anybody. Add the first one.</li>` : nothing}
      </ol>
      ${this.#dialogs()}
    `
  }

  #rule(rule: RuleWire, index: number): TemplateResult {
    const last = this.state.rules.length - 1
    const channels =
      rule.channels === null
        ? 'every channel'
        : rule.channels.map((channel) => channelNames[channel]).join(', ')
    return html`<li class="item ${rule.enabled ? '' : 'off'}">
      <span class="order">
        <button class="icon-button" aria-label="Move ${rule.name} up" ?disabled=${index === 0} @click=${() => ask(this, 'parley-move-rule', { id: rule.id, by: -1 })}>${upIcon}</button>
        <button class="icon-button" aria-label="Move ${rule.name} down" ?disabled=${index === last} @click=${() => ask(this, 'parley-move-rule', { id: rule.id, by: 1 })}>${downIcon}</button>
      </span>
      <div class="what">
        <h3>${rule.name}</h3>
        <p>${rule.dids.join(', ')} · ${channels}</p>
        <p class="to"><span aria-hidden="true">→</span><span class="hidden-words">goes to</span> ${groupWords(rule.destination)}</p>
      </div>
      <div class="actions">
        <label class="check"><input type="checkbox" .checked=${rule.enabled} @change=${() => this.#switch(rule)} />Enabled<span class="hidden-words">: ${rule.name}</span></label>
        <button class="button small" aria-label="Edit ${rule.name}" @click=${() => this.#edit(rule)}>Edit</button>
        <button class="button small danger" aria-label="Delete ${rule.name}" @click=${() => this.#askDelete(rule)}>Delete</button>
      </div>
    </li>`
  }

  #dialogs(): TemplateResult | typeof nothing {
    if (this.editing !== null) {
      const { rule, id } = this.editing
      return html`<parley-rule-dialog .state=${this.state} .rule=${rule} .ruleId=${id} @parley-dialog-closed=${() => this.#edit()}></parley-rule-dialog>`
    }
    if (this.deleting === null) return nothing
    return html`<parley-confirm-dialog
      heading="Delete “${this.deleting.name}”?"
      sentence="Messages to ${this.deleting.dids.join(', ')} go by the next rule that takes them, or stay unrouted. Conversations that are open stay as they are."
      verb="Delete"
      @parley-confirmed=${this.#delete}
      @parley-dialog-closed=${() => this.#askDelete(null)}
    ></parley-confirm-dialog>`
  }

  /** With no argument the dialog closes; with null it makes a new rule. */
  #edit(rule?: RuleWire | null): void {
    this.editing = rule === undefined ? null : { rule, id: rule?.id ?? randomId() }
  }

  #askDelete(rule: RuleWire | null): void {
    this.deleting = rule
  }

  async #switch(rule: RuleWire): Promise<void> {
    const draft = { ...draftOf(rule), enabled: !rule.enabled }
    this.problem = await answered((done) => ask(this, 'parley-save-rule', { id: rule.id, draft, done }))
  }

  async #delete(): Promise<void> {
    const id = this.deleting?.id
    this.deleting = null
    if (id !== undefined)
      this.problem = await answered((done) => ask(this, 'parley-delete-rule', { id, done }))
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      .order {
        display: flex;
        flex-direction: column;
      }
      .order .icon-button {
        width: 28px;
        height: 24px;
        border-radius: 7px;
      }
      .order .icon-button:disabled {
        opacity: 0.3;
      }
      .item:not(.off) .to {
        color: var(--text);
      }
      .callout {
        margin-bottom: 12px;
      }
    `,
  ]
}
