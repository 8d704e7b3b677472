import { css, html, type TemplateResult } from 'lit'
import type { CannedReplyWire } from '../../module/contract/api/notes-and-canned-replies.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import { groupWords } from '../data/group-words.ts'
import { boardKey } from '../data/presence-board.ts'
import { AdminDialog } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** What stands in for each variable in the preview. */
const samples: Readonly<Record<string, string>> = {
  'agent.name': 'Alice Adams',
  'group.name': 'Support Department',
  'customer.name': 'Jane Doe',
  'customer.number': '+19542788086',
  did: '+16313808000',
}

/** One canned reply, with how it would read. */
export class CannedFormElement extends AdminDialog {
  static override properties = {
    reply: { attribute: false },
    replyId: { attribute: false },
    text: { state: true },
    touched: { state: true },
  }
  declare reply: CannedReplyWire | null
  declare replyId: string
  declare text: string
  declare touched: boolean

  constructor() {
    super()
    this.reply = null
    this.replyId = ''
    this.text = ''
    this.touched = false
  }

  protected override get dirty(): boolean {
    return this.touched
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated) this.text = this.reply?.text ?? ''
  }

  protected override render() {
    const { reply } = this
    const chosen = reply?.group == null ? '' : boardKey(reply.group)
    return this.frame(
      reply === null ? 'Add canned reply' : `Edit ${reply.title}`,
      html`<form @submit=${this.#submit} @input=${() => this.#touch()}>
        <div class="body">
          <label>Title <input class="field" name="title" required maxlength="100" autofocus autocomplete="off" .value=${reply?.title ?? ''} /></label>
          <div class="pair">
            <label>Shortcut <input class="field" name="shortcut" required pattern="[a-z0-9][a-z0-9\\-]{0,29}" title="Small letters, digits and hyphens" autocomplete="off" .value=${reply?.shortcut ?? ''} /></label>
            <label>For
              <select class="field" name="group">
                <option value="" ?selected=${chosen === ''}>All groups</option>
                ${this.state.groups.map(({ group }) => html`<option value=${boardKey(group)} ?selected=${boardKey(group) === chosen}>${groupWords(group)}</option>`)}
              </select>
            </label>
          </div>
          <label>Text
            <textarea class="field" name="text" rows="4" required maxlength="4096" .value=${this.text} @input=${(event: Event) => this.#type((event.target as HTMLTextAreaElement).value)}></textarea>
          </label>
          <p class="variables">${Object.keys(samples).map((name) => html`<button type="button" class="button small" @click=${() => this.#insert(name)}>{${name}}</button>`)}</p>
          ${this.#preview()} ${this.problemLine()}
        </div>
        <footer>
          <button type="button" class="button" @click=${() => this.leave()}>Cancel</button>
          <button type="submit" class="button primary" ?disabled=${this.busy}>Save</button>
        </footer>
      </form>`,
    )
  }

  #preview(): TemplateResult {
    return html`<div><p class="muted">How it would read</p><p class="preview" dir="auto" role="status">${filledIn(this.text)}</p></div>`
  }

  #touch(): void {
    this.touched = true
  }

  #type(text: string): void {
    this.text = text
  }

  #insert(name: string): void {
    const field = this.renderRoot.querySelector('textarea')
    if (field === null) return
    field.setRangeText(`{${name}}`, field.selectionStart, field.selectionEnd, 'end')
    this.text = field.value
    this.touched = true
    field.focus()
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const [kind = '', number = ''] = text('group').split('/')
    const done = await this.attempt(() =>
      this.session.admin.saveCanned(this.replyId, {
        group: kind === '' ? null : { kind: kind as GroupWire['kind'], number },
        shortcut: text('shortcut'),
        title: text('title'),
        text: this.text,
      }),
    )
    if (!done) return
    this.touched = false
    this.dispatchEvent(new CustomEvent('parley-saved'))
    this.close()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    adminStyles,
    css`
      .variables {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin-top: -6px;
      }
      .preview {
        min-height: 38px;
        margin-top: 4px;
        padding: 8px 12px;
        border-radius: 10px;
        background: var(--mine);
        color: var(--on-mine);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ]
}

/** {{ and }} are braces; what is no variable stays as it stands, for the server to complain of. */
const filledIn = (text: string): string =>
  text.replace(/\{\{|\}\}|\{([a-z.]+)\}/g, (found, name: string | undefined) =>
    name === undefined ? found.charAt(0) : (samples[name] ?? found),
  )
