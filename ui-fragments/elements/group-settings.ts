import { html, nothing, type TemplateResult } from 'lit'
import type { GroupSettingsWire } from '../../module/contract/api/groups.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import { asApiError } from '../data/api-error.ts'
import { groupWords } from '../data/group-words.ts'
import { same } from '../data/rule-draft.ts'
import { AdminDialog } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { numberOf, stickyFields, strategySelect } from './rule-parts.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** How one group's conversations are designated, kept and closed. */
export class GroupSettingsElement extends AdminDialog {
  static override properties = { group: { attribute: false }, settings: { state: true } }
  static override styles = [baseStyles, controlStyles, dialogStyles, adminStyles]
  declare group: GroupWire
  declare settings: GroupSettingsWire | null
  #stored: GroupSettingsWire | null = null

  constructor() {
    super()
    this.settings = null
  }

  protected override get dirty(): boolean {
    return !same(this.settings, this.#stored)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#read()
  }

  protected override render() {
    return this.frame(
      groupWords(this.group),
      this.settings === null
        ? html`<div class="body">${this.problemLine()}${this.problem === null ? html`<p class="muted">Reading…</p>` : nothing}</div>`
        : this.#form(this.settings),
    )
  }

  #form(settings: GroupSettingsWire): TemplateResult {
    const minutes = (
      name: 'closeAfterMinutes' | 'remindAfterMinutes' | 'escalateAfterMinutes',
      label: string,
      none: string,
    ) =>
      html`<label>${label}
        <input class="field" type="number" name=${name} min="1" max="525600" placeholder=${none} .value=${settings[name] === null ? '' : String(settings[name])} @input=${(event: Event) => this.#set({ [name]: numberOf(event) })} />
      </label>`
    return html`<form @submit=${this.#submit}>
      <div class="body">
        <div class="pair">
          <label>Strategy ${strategySelect(settings.strategy, (strategy) => this.#set({ strategy }), 'As the PBX has it')}</label>
          <label>Open conversations an agent, at most
            <input class="field" type="number" name="cap" min="1" max="10000" placeholder="Any number" .value=${settings.cap === null ? '' : String(settings.cap)} @input=${(event: Event) => this.#set({ cap: numberOf(event) })} />
          </label>
          ${stickyFields(settings.sticky, (sticky) => this.#set({ sticky }), false)}
        </div>
        <label>Who may reply
          <select class="field" name="may-reply" @change=${(event: Event) => this.#set({ mayReply: (event.target as HTMLSelectElement).value === 'any-member' ? 'any-member' : 'designated-only' })}>
            <option value="any-member" ?selected=${settings.mayReply === 'any-member'}>Any member</option>
            <option value="designated-only" ?selected=${settings.mayReply === 'designated-only'}>The designated agent alone</option>
          </select>
        </label>
        <div class="pair">
          ${minutes('remindAfterMinutes', 'Remind the agent after, in minutes', 'Never')}
          ${minutes('escalateAfterMinutes', 'Call in the group after, in minutes', 'Never')}
          ${minutes('closeAfterMinutes', 'Close when idle for, in minutes', 'Never')}
        </div>
        <label>When nobody is available, say <span class="hint">Once in 12 hours to each customer; nothing says nothing</span>
          <textarea class="field" name="auto-reply" rows="3" maxlength="1600" .value=${settings.autoReply ?? ''} @input=${(event: Event) => this.#typeAutoReply((event.target as HTMLTextAreaElement).value)}></textarea>
        </label>
        ${this.problemLine()}
      </div>
      <footer>
        <button type="button" class="button" @click=${() => this.leave()}>Cancel</button>
        <button type="submit" class="button primary" ?disabled=${this.busy}>Save</button>
      </footer>
    </form>`
  }

  #set(change: Partial<GroupSettingsWire>): void {
    if (this.settings !== null) this.settings = { ...this.settings, ...change }
  }

  #typeAutoReply(text: string): void {
    this.#set({ autoReply: text.trim() === '' ? null : text })
  }

  async #read(): Promise<void> {
    await this.attempt(async () => {
      this.settings = await this.session.admin.groupSettings(this.group)
      this.#stored = this.settings
    })
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const { settings } = this
    if (settings === null) return
    await this.attempt(async () => {
      try {
        this.settings = await this.session.admin.saveGroupSettings(this.group, settings)
      } catch (thrown) {
        const error = asApiError(thrown)
        // What is written here stays; saving it again is meant then.
        if (error.status === 409 && error.current !== null)
          this.settings = { ...settings, version: error.current }
        throw error
      }
      this.#stored = this.settings
      this.close()
    })
  }
}
