import { css, html, nothing, type TemplateResult } from 'lit'
import type { RuleWire, SenderExamplesWire } from '../../module/contract/api/rules.ts'
import type { RuleDraft } from '../data/admin-api.ts'
import { asApiError } from '../data/api-error.ts'
import { listOf } from '../data/carrier-form.ts'
import { type Channel, channelNames } from '../data/message-words.ts'
import { boardKey } from '../data/presence-board.ts'
import { draftOf, fieldsOf, newRule, type RuleFields, same } from '../data/rule-draft.ts'
import { AdminDialog } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { groupSelect, overridesFields } from './rule-parts.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

const channels = Object.keys(channelNames) as Channel[]
const examplesAfterMs = 250

/** One rule as a form: which messages it is for, and where they go. Somebody else's edit is shown beside this one. */
export class RuleFormElement extends AdminDialog {
  static override properties = {
    rule: { attribute: false },
    ruleId: { attribute: false },
    fields: { state: true },
    dids: { state: true },
    examples: { state: true },
    place: { state: true },
    theirs: { state: true },
  }
  /** Null for a new one. */
  declare rule: RuleWire | null
  declare ruleId: string
  declare fields: RuleFields
  /** As they are typed. */
  declare dids: string
  /** What the sender mask would take, or why it can't be read. */
  declare examples: SenderExamplesWire | string | null
  /** Which part the server could not read: `senders`, `hours.days.mon`. */
  declare place: string | null
  /** What another administrator saved meanwhile; `deleted` when it is gone. */
  declare theirs: RuleWire | 'deleted' | null
  #base: RuleFields = newRule
  #version: number | null = null
  #theirFields: RuleFields = newRule
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.rule = null
    this.ruleId = ''
    this.fields = newRule
    this.dids = ''
    this.examples = null
    this.place = null
    this.theirs = null
  }

  protected override get dirty(): boolean {
    return !same({ ...this.fields, dids: listedDids(this.dids) }, this.#base)
  }

  protected override willUpdate(): void {
    if (this.hasUpdated) return
    this.#base = this.rule === null ? newRule : fieldsOf(this.rule)
    this.#version = this.rule?.version ?? null
    this.fields = this.#base
    this.dids = this.#base.dids.join('\n')
    if (this.#base.senders !== '') void this.#readExamples(this.#base.senders)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  protected override render() {
    const heading = this.rule === null ? 'Add rule' : `Edit ${this.rule.name}`
    return this.frame(heading, this.theirs === null ? this.#form() : this.#conflict(this.theirs), 'wide')
  }

  #form(): TemplateResult {
    const { fields } = this
    return html`<form @submit=${this.#submit}>
      <div class="body">
        <label>Name <input class="field" name="name" required maxlength="100" autofocus autocomplete="off" .value=${fields.name} @input=${(event: Event) => this.#set({ name: textOf(event) })} /></label>
        <label class="check"><input type="checkbox" name="enabled" .checked=${fields.enabled} @change=${(event: Event) => this.#set({ enabled: checkedOf(event) })} />Enabled</label>
        <h3>Which messages</h3>
        <label>
          DIDs <span class="hint">The business numbers texted: one a line, a range as +16313808000-+16313808099, or several</span>
          <textarea class="field" name="dids" rows="2" required aria-invalid=${this.place?.startsWith('dids') === true} .value=${this.dids} @input=${(event: Event) => this.#typeDids(textOf(event))}></textarea>
        </label>
        ${this.#offers()}
        ${this.#channels()} ${this.#carriers()} ${this.#senders()}
        <h3>When and where to</h3>
        <parley-rule-hours .state=${this.state} .hours=${fields.hours} .place=${this.place} @parley-hours=${({ detail }: CustomEvent<RuleFields['hours']>) => this.#set({ hours: detail })}></parley-rule-hours>
        <label>
          ${fields.hours.kind === 'always' ? 'Destination' : 'Destination in these hours'} <span class="hint">A ring group or queue of the PBX, or one extension</span>
          ${groupSelect({ name: 'destination', state: this.state, chosen: fields.destination, onChange: (destination) => this.#set({ destination }) })}
        </label>
        ${this.#members(fields.destination)}
        ${fields.hours.kind === 'always' ? nothing : this.#outside()}
        ${overridesFields(fields.overrides, (overrides) => this.#set({ overrides }))}
        ${this.problemLine()}
      </div>
      <footer>
        <button type="button" class="button" @click=${() => this.leave()}>Cancel</button>
        <button type="submit" class="button primary" ?disabled=${this.busy}>Save</button>
      </footer>
    </form>`
  }

  /** DIDs that the PBX or a carrier has and the rule not yet. */
  #offers(): TemplateResult | typeof nothing {
    const chosen = new Set(listedDids(this.dids).map(digitsOf))
    const { dids = [], didNames = {} } = this.state.system?.pbx ?? {}
    const owned = this.state.carriers.flatMap(({ settings }) => numbersOf(settings.numbers))
    const offered = [...new Set([...dids, ...owned])]
      .filter((did) => /^\+?\d+$/.test(did) && !chosen.has(digitsOf(did)))
      .slice(0, 12)
    if (offered.length === 0) return nothing
    return html`<p class="offers">
      <span class="hint">Of the PBX and the carriers:</span>
      ${offered.map((did) => html`<button type="button" class="button small" @click=${() => this.#typeDids([...listedDids(this.dids), did].join('\n'))}>Add ${did}${didNames[did] === undefined ? '' : ` (${didNames[did]})`}</button>`)}
    </p>`
  }

  #channels(): TemplateResult {
    const chosen = this.fields.channels ?? channels
    const toggle = (channel: Channel, on: boolean) => {
      const next = channels.filter((each) => (each === channel ? on : chosen.includes(each)))
      this.#set({ channels: next.length === channels.length ? null : next })
    }
    return html`<fieldset>
      <legend>Channels</legend>
      <div class="checks">
        ${channels.map((channel) => html`<label class="check"><input type="checkbox" .checked=${chosen.includes(channel)} @change=${(event: Event) => toggle(channel, checkedOf(event))} />${channelNames[channel]}</label>`)}
      </div>
    </fieldset>`
  }

  #carriers(): TemplateResult | typeof nothing {
    const { carriers } = this.state
    const chosen = this.fields.carriers
    if (carriers.length < 2 && chosen === null) return nothing
    const known = [...new Set([...carriers.map(({ id }) => id), ...(chosen ?? [])])]
    const toggle = (id: string, on: boolean) => {
      const next = known.filter((each) => (each === id ? on : (chosen ?? known).includes(each)))
      this.#set({ carriers: next.length === known.length || next.length === 0 ? null : next })
    }
    return html`<fieldset>
      <legend>Carriers</legend>
      <div class="checks">
        ${known.map((id) => html`<label class="check"><input type="checkbox" .checked=${chosen === null || chosen.includes(id)} @change=${(event: Event) => toggle(id, checkedOf(event))} />${carriers.find((carrier) => carrier.id === id)?.name ?? id}</label>`)}
      </div>
    </fieldset>`
  }

  #senders(): TemplateResult {
    const { examples } = this
    const said =
      examples === null || this.fields.senders === ''
        ? 'Nothing means everybody. * is any one digit: 1954*******. Ranges 100-200, names and several joined by ; go too.'
        : typeof examples === 'string'
          ? examples
          : `Would match ${examples.matches.join(', ')}${examples.misses.length === 0 ? '' : `; would not match ${examples.misses.join(', ')}`}`
    return html`<label>
      Senders
      <input class="field" name="senders" maxlength="8000" autocomplete="off" aria-describedby="examples" aria-invalid=${typeof examples === 'string' || this.place === 'senders'} .value=${this.fields.senders} @input=${(event: Event) => this.#typeSenders(textOf(event))} />
      <span class="hint ${typeof examples === 'string' ? 'wrong' : ''}" id="examples" role="status">${said}</span>
    </label>`
  }

  #members(choice: RuleFields['destination']): TemplateResult | typeof nothing {
    const key = boardKey(choice)
    const people =
      this.state.board.groups.get(key) ??
      this.state.groups.find(({ group }) => boardKey(group) === key)?.people
    if (people === undefined) return nothing
    const free = people.filter(({ available }) => available)
    return html`<p class="members hint">${people.length} members; ${free.length === 0 ? 'nobody is available now' : `available now: ${free.map(({ name }) => name).join(', ')}`}</p>`
  }

  #outside(): TemplateResult {
    const { outside, destination } = this.fields
    const choose = (kind: string) => {
      if (kind === 'group') this.#set({ outside: { kind, group: destination } })
      else if (kind === 'hold') this.#set({ outside: { kind, autoReply: null } })
      else this.#set({ outside: { kind: 'next-rule' } })
    }
    return html`<label>
        Outside these hours
        <select class="field" name="outside" @change=${(event: Event) => choose(textOf(event))}>
          <option value="next-rule" ?selected=${outside.kind === 'next-rule'}>Try the next rule</option>
          <option value="group" ?selected=${outside.kind === 'group'}>Go to another group</option>
          <option value="hold" ?selected=${outside.kind === 'hold'}>Hold until the hours begin</option>
        </select>
      </label>
      ${
        outside.kind === 'group'
          ? html`<label>The other group ${groupSelect({ name: 'outside-group', state: this.state, chosen: outside.group, onChange: (group) => this.#set({ outside: { kind: 'group', group } }) })}</label>`
          : nothing
      }
      ${
        outside.kind === 'hold'
          ? html`<label>Say by itself <span class="hint">Once to each customer; nothing says nothing</span>
              <textarea class="field" rows="2" maxlength="1600" .value=${outside.autoReply ?? ''} @input=${(event: Event) => this.#set({ outside: { kind: 'hold', autoReply: textOf(event).trim() === '' ? null : textOf(event) } })}></textarea></label>`
          : nothing
      }`
  }

  #conflict(theirs: RuleWire | 'deleted'): TemplateResult {
    if (theirs === 'deleted') {
      return html`<div class="body">
          <p>Another administrator deleted this rule meanwhile. What you wrote is still here.</p>
          ${this.problemLine()}
        </div>
        <footer>
          <button class="button" @click=${() => this.close()}>Leave it deleted</button>
          <button class="button primary" ?disabled=${this.busy} @click=${() => this.#save(this.fields, null)}>Save it as a new rule</button>
        </footer>`
    }
    return html`<parley-rule-conflict
      .state=${this.state}
      .base=${this.#base}
      .mine=${this.fields}
      .theirs=${this.#theirFields}
      .busy=${this.busy}
      .problem=${this.problem}
      @parley-take-theirs=${() => this.close()}
      @parley-resolved=${({ detail }: CustomEvent<RuleFields>) => this.#save(detail, theirs.version)}
    ></parley-rule-conflict>`
  }

  #set(change: Partial<RuleFields>): void {
    this.fields = { ...this.fields, ...change }
  }

  #typeDids(dids: string): void {
    this.dids = dids
  }

  #typeSenders(senders: string): void {
    this.#set({ senders })
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#readExamples(senders), examplesAfterMs)
  }

  async #readExamples(senders: string): Promise<void> {
    if (senders.trim() === '') {
      this.examples = null
      return
    }
    try {
      const examples = await this.session.admin.senderExamples(senders)
      if (senders === this.fields.senders) this.examples = examples
    } catch (thrown) {
      if (senders === this.fields.senders) this.examples = asApiError(thrown).sentence
    }
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const fields = { ...this.fields, name: this.fields.name.trim(), dids: listedDids(this.dids) }
    if (fields.dids.length === 0) this.problem = 'Name at least one DID.'
    else if (fields.channels?.length === 0) this.problem = 'Choose at least one channel.'
    else if (fields.destination.number === '') this.problem = 'Choose a destination.'
    else {
      this.fields = fields
      await this.#save(fields, this.#version)
    }
  }

  async #save(fields: RuleFields, version: number | null): Promise<void> {
    const draft: RuleDraft = draftOf(fields, version)
    this.place = null
    await this.attempt(async () => {
      try {
        await this.session.admin.saveRule(this.ruleId, draft)
      } catch (thrown) {
        const { problem, code } = asApiError(thrown)
        this.place = problem?.path ?? null
        if (code !== 'stale-rule' || problem === null) throw thrown
        this.theirs = problem.rule ?? 'deleted'
        if (this.theirs !== 'deleted') this.#theirFields = fieldsOf(this.theirs)
        await this.session.readRules()
        return
      }
      this.fields = fields
      this.#base = fields
      this.dids = fields.dids.join('\n')
      await this.session.readRules()
      this.close()
    })
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    adminStyles,
    css`
      h3 {
        margin-top: 4px;
        padding-top: 12px;
        border-top: 1px solid var(--line);
        color: var(--muted);
        font-size: 13px;
        font-weight: 600;
      }
      .offers {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        margin-top: -6px;
      }
      .members {
        margin-top: -8px;
      }
      .hint.wrong {
        color: var(--danger);
      }
      [aria-invalid='true'] {
        border-color: var(--danger);
      }
    `,
  ]
}

const textOf = (event: Event): string => (event.target as HTMLInputElement).value
const checkedOf = (event: Event): boolean => (event.target as HTMLInputElement).checked
const digitsOf = (did: string): string => did.replace(/^\+/, '')
/** A range keeps the blanks around its hyphen out. */
const listedDids = (text: string): string[] => listOf(text.replace(/\s*-\s*/g, '-'))
const numbersOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
