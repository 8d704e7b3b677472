import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import type { RuleWire } from '../../module/contract/api/rules.ts'
import { type AdminState, draftOf } from '../data/admin-session.ts'
import type { RuleDraft } from '../data/api-client.ts'
import { listOf } from '../data/carrier-fields.ts'
import { groupWords } from '../data/group-words.ts'
import { type Channel, channelNames } from '../data/message-words.ts'
import { answered, ask } from './admin-events.ts'
import { adminStyles } from './admin-styles.ts'
import { closeIcon } from './icons.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

const channels = Object.keys(channelNames) as Channel[]

/** One rule as a form: which DIDs and channels, and where their messages go. */
export class RuleDialogElement extends LitElement {
  static override properties = {
    state: { attribute: false },
    rule: { attribute: false },
    ruleId: { attribute: false },
    dids: { state: true },
    problem: { state: true },
    busy: { state: true },
  }
  declare state: AdminState
  /** Null for a new one. */
  declare rule: RuleWire | null
  declare ruleId: string
  declare dids: string
  declare problem: string | null
  declare busy: boolean

  constructor() {
    super()
    this.rule = null
    this.ruleId = ''
    this.dids = ''
    this.problem = null
    this.busy = false
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated) this.dids = this.rule?.dids.join('\n') ?? ''
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    const { rule } = this
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('parley-dialog-closed'))}>
      <header>
        <h2 id="title">${rule === null ? 'Add rule' : 'Edit rule'}</h2>
        <button class="icon-button" aria-label="Close" @click=${this.#close}>${closeIcon}</button>
      </header>
      <form @submit=${this.#submit}>
        <div class="body">
          <label>Name <input class="field" name="name" required maxlength="100" autofocus autocomplete="off" .value=${rule?.name ?? ''} /></label>
          <label>
            DIDs <span class="hint">The business numbers texted, one a line, with + and country code</span>
            <textarea class="field" name="dids" rows="3" required .value=${this.dids} @input=${this.#typed}></textarea>
          </label>
          ${this.#offers()}
          <fieldset class="labelled">
            <legend>Channels</legend>
            ${channels.map(
              (channel) =>
                html`<label class="check"><input type="checkbox" name="channel" value=${channel} .checked=${rule?.channels?.includes(channel) ?? true} />${channelNames[channel]}</label>`,
            )}
          </fieldset>
          <label>
            Destination <span class="hint">A ring group or queue of the PBX, or one extension</span>
            <select class="field" name="destination" required>${this.#destinations()}</select>
          </label>
          <label class="check"><input type="checkbox" name="enabled" .checked=${rule?.enabled ?? true} />Enabled</label>
          ${this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`}
        </div>
        <footer>
          <button type="button" class="button" @click=${this.#close}>Cancel</button>
          <button type="submit" class="button primary" ?disabled=${this.busy}>Save</button>
        </footer>
      </form>
    </dialog>`
  }

  /** DIDs that the PBX has and the rule not yet. */
  #offers(): TemplateResult | typeof nothing {
    const chosen = new Set(listOf(this.dids))
    const offered = (this.state.system?.pbx.dids ?? [])
      .filter((did) => /^\+?\d+$/.test(did) && !chosen.has(did))
      .slice(0, 12)
    if (offered.length === 0) return nothing
    const add = (did: string) => () => {
      this.dids = [...chosen, did].join('\n')
    }
    return html`<p class="offers"><span class="hint">DIDs of the PBX:</span> ${offered.map((did) => html`<button type="button" class="button small" @click=${add(did)}>Add ${did}</button>`)}</p>`
  }

  #destinations(): TemplateResult {
    const kept = this.rule?.destination
    const groups = this.state.groups.map(({ group }) => group)
    const extensions = extensionsOf(this.state)
    const known = [...groups, ...extensions].some((group) => choiceOf(group) === (kept && choiceOf(kept)))
    const option = (group: GroupWire) =>
      html`<option value=${choiceOf(group)} ?selected=${kept !== undefined && choiceOf(kept) === choiceOf(group)}>${groupWords(group)}</option>`
    return html`
      ${kept === undefined ? html`<option value="" selected disabled>Choose…</option>` : nothing}
      ${kept === undefined || known ? nothing : html`<option value=${choiceOf(kept)} selected>${groupWords(kept)}, which the PBX no longer has</option>`}
      <optgroup label="Queues">${groups.filter(({ kind }) => kind === 'queue').map(option)}</optgroup>
      <optgroup label="Ring groups">${groups.filter(({ kind }) => kind === 'ring-group').map(option)}</optgroup>
      <optgroup label="Extensions">${extensions.map(option)}</optgroup>
    `
  }

  #typed(event: InputEvent): void {
    this.dids = (event.target as HTMLTextAreaElement).value
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const draft = this.#draft(new FormData(event.target as HTMLFormElement))
    if (typeof draft === 'string') {
      this.problem = draft
      return
    }
    this.busy = true
    this.problem = await answered((done) => ask(this, 'parley-save-rule', { id: this.ruleId, draft, done }))
    this.busy = false
    if (this.problem === null) this.#close()
  }

  /** The rule as typed, or what is missing in it. */
  #draft(form: FormData): RuleDraft | string {
    const dids = listOf(String(form.get('dids') ?? ''))
    const chosen = channels.filter((channel) => form.getAll('channel').includes(channel))
    const [kind = '', number = ''] = String(form.get('destination') ?? '').split('/')
    if (dids.length === 0) return 'Name at least one DID.'
    if (chosen.length === 0) return 'Choose at least one channel.'
    return {
      // What this form does not show stays as it is.
      ...(this.rule === null ? {} : draftOf(this.rule)),
      name: String(form.get('name') ?? '').trim(),
      enabled: form.get('enabled') !== null,
      dids,
      channels: chosen.length === channels.length ? null : chosen,
      destination: { kind: kind as GroupWire['kind'], number },
    }
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    adminStyles,
    css`
      fieldset {
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0 0 4px;
      }
      .offers {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        margin-top: -6px;
      }
    `,
  ]
}

const choiceOf = ({ kind, number }: { kind: string; number: string }): string => `${kind}/${number}`

/** Every extension that is somewhere a member, as a group of one. */
function extensionsOf(state: AdminState): GroupWire[] {
  const names = new Map(
    state.groups.flatMap(({ people }) => people.map(({ extension, name }) => [extension, name] as const)),
  )
  return [...names]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([number, name]) => ({ kind: 'extension', number, name }))
}
