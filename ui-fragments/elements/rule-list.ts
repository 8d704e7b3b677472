import { css, html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { RuleFindingWire, RuleWire } from '../../module/contract/api/rules.ts'
import { groupWords } from '../data/group-words.ts'
import { channelNames } from '../data/message-words.ts'
import { boardKey } from '../data/presence-board.ts'
import { randomId } from '../data/random-id.ts'
import { draftOf, fieldsOf } from '../data/rule-draft.ts'
import { hoursWords, outsideWords, partWords } from '../data/rule-words.ts'
import { gripIcon } from './admin-icons.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { downIcon, plusIcon, upIcon } from './icons.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** A rule being edited; a new one has no name yet. */
type Editing = { readonly rule: RuleWire | null; readonly id: string }

/** Message rules in the order in which they are tried, with what is wrong with each, and the simulator beside them. */
export class RuleListElement extends AdminSection {
  static override properties = {
    editing: { state: true },
    deleting: { state: true },
    dragged: { state: true },
    over: { state: true },
    said: { state: true },
  }
  declare editing: Editing | null
  declare deleting: RuleWire | null
  /** Id of the rule that is being dragged, and the place that it would come to. */
  declare dragged: string | null
  declare over: number | null
  declare said: string

  constructor() {
    super()
    this.editing = null
    this.deleting = null
    this.dragged = null
    this.over = null
    this.said = ''
  }

  protected override render() {
    const { rules } = this.state
    return html`
      <div class="head">
        <div>
          <h2>Message rules</h2>
          <p>A message goes by the first enabled rule that fits it. What no rule takes is kept under Unrouted.</p>
        </div>
        <button class="button primary" @click=${() => this.#edit(null)}>${plusIcon} Add rule</button>
      </div>
      ${this.problemLine()}
      <p class="hidden-words" role="status" aria-live="assertive">${this.said}</p>
      <div class="columns">
        <ol class="card rules" @dragover=${(event: DragEvent) => event.preventDefault()} @drop=${this.#drop}>
          ${repeat(
            rules,
            ({ id }) => id,
            (rule, index) => this.#rule(rule, index),
          )}
          ${rules.length === 0 ? html`<li class="empty">No rules yet, so no message reaches anybody. Add the first one.</li>` : nothing}
        </ol>
        <parley-rule-simulator .session=${this.session} .state=${this.state}></parley-rule-simulator>
      </div>
      ${this.#dialogs()}
    `
  }

  #rule(rule: RuleWire, index: number): TemplateResult {
    const last = this.state.rules.length - 1
    const findings = this.state.findings.filter(({ rules }) => rules[0] === rule.id)
    const fields = fieldsOf(rule)
    const conditions = [
      rule.channels === null
        ? 'every channel'
        : rule.channels.map((channel) => channelNames[channel]).join(', '),
      ...(rule.senders === '' ? [] : [`from ${rule.senders}`]),
      ...(rule.carriers === null ? [] : [`by ${partWords('carriers', fields, this.state)}`]),
    ]
    return html`<li
      class="item ${rule.enabled ? '' : 'off'} ${this.dragged === rule.id ? 'dragged' : ''} ${this.over === index ? 'over' : ''}"
      @dragenter=${() => this.#dragOver(index)}
    >
      <span
        class="grip"
        draggable="true"
        aria-hidden="true"
        title="Drag to another place"
        @dragstart=${(event: DragEvent) => this.#drag(rule, event)}
        @dragend=${this.#dragEnd}
        >${gripIcon}<span class="place">${index + 1}</span></span
      >
      <div class="what">
        <h3>${rule.name}</h3>
        <p>${rule.dids.map((did) => this.#did(did)).join(', ')} · ${conditions.join(' · ')}</p>
        <p class="to"><span aria-hidden="true">→</span><span class="hidden-words">goes to</span> ${groupWords(rule.destination)}${this.#available(rule)}</p>
        ${
          rule.hours.kind === 'always'
            ? nothing
            : html`<p>${hoursWords(rule.hours, this.state)}. Outside: ${outsideWords(fields.outside, this.state)}</p>`
        }
        ${findings.map((finding) => this.#finding(finding))}
      </div>
      <div class="actions">
        <input
          class="switch"
          type="checkbox"
          role="switch"
          aria-label="Enabled: ${rule.name}"
          .checked=${rule.enabled}
          ?disabled=${this.busy}
          @change=${() => this.#switch(rule)}
        />
        <span class="order">
          <button class="icon-button" aria-label="Move ${rule.name} up" ?disabled=${index === 0} @click=${(event: Event) => this.#step(rule, index - 1, event)}>${upIcon}</button>
          <button class="icon-button" aria-label="Move ${rule.name} down" ?disabled=${index === last} @click=${(event: Event) => this.#step(rule, index + 1, event)}>${downIcon}</button>
        </span>
        <button class="button small" aria-label="Edit ${rule.name}" @click=${() => this.#edit(rule)}>Edit</button>
        <button class="button small danger" aria-label="Delete ${rule.name}" @click=${() => this.#askDelete(rule)}>Delete</button>
      </div>
    </li>`
  }

  #did(did: string): string {
    const names = this.state.system?.pbx.didNames ?? {}
    const name = names[did] ?? names[did.replace(/^\+/, '')]
    return name === undefined ? did : `${did} (${name})`
  }

  #available({ destination }: RuleWire): TemplateResult | typeof nothing {
    const people =
      this.state.board.groups.get(boardKey(destination)) ??
      this.state.groups.find(({ group }) => boardKey(group) === boardKey(destination))?.people
    if (people === undefined) return nothing
    const free = people.filter(({ available }) => available).length
    return html` <span class="tag ${free === 0 ? 'warning' : 'good'}">${free} of ${people.length} available</span>`
  }

  #finding({ severity, sentence }: RuleFindingWire): TemplateResult {
    return html`<p class="finding ${severity}"><span class="hidden-words">${severity}: </span>${sentence}</p>`
  }

  #dialogs(): TemplateResult | typeof nothing {
    if (this.editing !== null) {
      const { rule, id } = this.editing
      return html`<parley-rule-form .session=${this.session} .state=${this.state} .rule=${rule} .ruleId=${id} @parley-dialog-closed=${() => this.#edit()}></parley-rule-form>`
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
    const draft = draftOf({ ...fieldsOf(rule), enabled: !rule.enabled }, rule.version)
    await this.#change(() => this.session.admin.saveRule(rule.id, draft))
  }

  async #delete(): Promise<void> {
    const rule = this.deleting
    this.deleting = null
    if (rule !== null) await this.#change(() => this.session.admin.deleteRule(rule.id, rule.version))
  }

  /** Whatever came of it, what the server has now is read. */
  async #change(work: () => Promise<unknown>): Promise<boolean> {
    const done = await this.attempt(work)
    const refused = this.problem
    await this.attempt(this.session.readRules)
    this.problem ??= refused
    return done
  }

  async #step(rule: RuleWire, to: number, event: Event): Promise<void> {
    const button = event.currentTarget as HTMLButtonElement
    await this.#move(rule, to)
    await this.updateComplete
    if (!button.disabled) button.focus()
    else button.parentElement?.querySelector<HTMLElement>('button:enabled')?.focus()
  }

  async #move(rule: RuleWire, to: number): Promise<void> {
    const { rules, rulesVersion } = this.state
    const others = rules.filter(({ id }) => id !== rule.id).map(({ id }) => id)
    if (to < 0 || to > others.length || rules[to]?.id === rule.id) return
    const ids = [...others.slice(0, to), rule.id, ...others.slice(to)]
    const done = await this.#change(() => this.session.admin.orderRules(ids, rulesVersion))
    if (done) this.said = `${rule.name} is now number ${to + 1} of ${rules.length}.`
  }

  #drag(rule: RuleWire, event: DragEvent): void {
    this.dragged = rule.id
    event.dataTransfer?.setData('text/plain', rule.name)
    if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = 'move'
  }

  #dragOver(index: number): void {
    if (this.dragged !== null) this.over = index
  }

  #dragEnd(): void {
    this.dragged = null
    this.over = null
  }

  async #drop(event: DragEvent): Promise<void> {
    event.preventDefault()
    const { over } = this
    const rule = this.state.rules.find(({ id }) => id === this.dragged)
    this.#dragEnd()
    if (rule !== undefined && over !== null) await this.#move(rule, over)
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 320px;
        align-items: start;
        gap: 16px;
      }
      .rules .item {
        align-items: flex-start;
      }
      .grip {
        display: flex;
        align-items: center;
        color: var(--muted);
        cursor: grab;
      }
      .place {
        min-width: 14px;
        font-size: 13px;
        font-variant-numeric: tabular-nums;
        text-align: center;
      }
      .dragged {
        opacity: 0.45;
      }
      .over {
        background: var(--selected);
      }
      .order {
        display: flex;
      }
      .order .icon-button {
        width: 28px;
        height: 28px;
      }
      .order .icon-button:disabled {
        opacity: 0.3;
      }
      .item:not(.off) .to {
        color: var(--text);
      }
      .finding {
        margin-top: 5px;
        padding-inline-start: 8px;
        border-inline-start: 3px solid var(--strong-line);
      }
      .what .finding.error {
        border-color: var(--danger);
        color: var(--danger);
      }
      .what .finding.warning {
        border-color: var(--warning);
        color: var(--warning);
      }
      @container panel (max-width: 1080px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ]
}
