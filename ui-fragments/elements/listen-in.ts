import { css, html, nothing, type TemplateResult } from 'lit'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import { conversationTitle } from '../data/message-words.ts'
import { randomId } from '../data/random-id.ts'
import { fullTime, timeOfDay } from '../data/time-words.ts'
import { AdminDialog } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/**
 * One conversation, read along by a supervisor: nobody is told that he looks, and nothing counts as read. He takes
 * part by an internal note, and, being a member, by taking what nobody has.
 */
export class ListenInElement extends AdminDialog {
  static override properties = {
    conversationId: { attribute: false },
    messages: { state: true },
    older: { state: true },
    note: { state: true },
  }
  declare conversationId: string
  /** Oldest first; null until they are read. */
  declare messages: readonly MessageWire[] | null
  declare older: string | null
  declare note: string
  #noteKey = randomId()

  constructor() {
    super()
    this.messages = null
    this.older = null
    this.note = ''
  }

  protected override get dirty(): boolean {
    return this.note.trim() !== ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.session.onEvent.add(this.#heard)
    void this.#read()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.session.onEvent.delete(this.#heard)
  }

  readonly #heard = (id: string): void => {
    if (id === this.conversationId) void this.#read()
  }

  protected override render() {
    const conversation = this.state.conversations.get(this.conversationId)
    const heading = conversation === undefined ? 'Conversation' : conversationTitle(conversation)
    const me = this.state.me?.extension ?? null
    const { designated = null } = conversation ?? {}
    return this.frame(
      heading,
      html`
        <div class="body" tabindex="0" role="log" aria-label="Messages" aria-busy=${this.messages === null}>
          <p class="muted">${conversation === undefined ? 'This conversation was closed.' : designated === null ? 'Nobody is designated.' : `${designated.name} is designated.`} You read along unseen.</p>
          ${this.older === null ? nothing : html`<button class="button small" @click=${() => this.#readOlder()}>Show older ones</button>`}
          <ul>${(this.messages ?? []).map((message) => this.#message(message))}</ul>
          ${this.problemLine()}
        </div>
        <form @submit=${this.#write}>
          <footer>
            <input class="field" name="note" maxlength="4096" autocomplete="off" aria-label="Internal note" placeholder=${me === null ? 'Notes need an extension of your own' : 'Internal note for the group…'} ?disabled=${me === null} .value=${this.note} @input=${(event: Event) => this.#type((event.target as HTMLInputElement).value)} />
            <button class="button" type="submit" ?disabled=${this.busy || !this.dirty}>Add note</button>
            ${designated === null && me !== null && conversation !== undefined ? html`<button class="button primary" type="button" ?disabled=${this.busy} @click=${() => this.#take(conversation.version)}>Take</button>` : nothing}
          </footer>
        </form>
      `,
      'wide',
    )
  }

  #message({
    direction,
    author,
    text,
    media,
    at,
    channel,
    failure,
    mention,
    mentionName,
  }: MessageWire): TemplateResult {
    const files =
      media.length === 0 ? '' : media.length === 1 ? '1 file attached' : `${media.length} files attached`
    return html`<li class=${direction}>
      <p class="muted"><strong>${author.name}</strong>${direction === 'note' ? ' (note)' : ''} <time datetime=${at} title=${fullTime(at)}>${timeOfDay(at)}</time>${channel === null ? '' : ` ${channel}`}</p>
      <p class="text" dir="auto">${mention === null ? nothing : html`<span class="mention">@${mentionName ?? mention}</span> `}${text}${files === '' ? nothing : html` <em>${files}</em>`}</p>
      ${failure === null ? nothing : html`<p class="failure">${failure.sentence}</p>`}
    </li>`
  }

  async #read(): Promise<void> {
    const first = this.messages === null
    await this.attempt(async () => {
      const page = await this.session.api.messages(this.conversationId)
      const newest = [...page.items].reverse()
      const known = new Set(newest.map(({ id }) => id))
      const before = (this.messages ?? []).filter(({ id }) => !known.has(id))
      this.messages = [...before, ...newest]
      if (first) this.older = page.next
    })
    await this.updateComplete
    const body = this.renderRoot.querySelector('.body')
    if (body !== null) body.scrollTop = body.scrollHeight
  }

  async #readOlder(): Promise<void> {
    await this.attempt(async () => {
      const page = await this.session.api.messages(this.conversationId, this.older)
      this.messages = [...[...page.items].reverse(), ...(this.messages ?? [])]
      this.older = page.next
    })
  }

  async #write(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const note = this.note.trim()
    if (note === '') return
    const done = await this.attempt(() => this.session.api.note(this.conversationId, note, [], this.#noteKey))
    if (!done) return
    this.note = ''
    this.#noteKey = randomId()
    await this.#read()
  }

  async #take(version: number): Promise<void> {
    await this.attempt(() => this.session.api.take(this.conversationId, version))
  }

  #type(note: string): void {
    this.note = note
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    adminStyles,
    css`
      .body {
        flex: 1;
      }
      li {
        max-width: 80%;
        margin: 8px 0;
        padding: 8px 12px;
        border-radius: 10px;
        background: var(--sunken);
        overflow-wrap: anywhere;
      }
      li.out {
        margin-inline-start: auto;
        background: var(--mine);
        color: var(--on-mine);
      }
      li.out .muted {
        color: var(--on-mine-muted);
      }
      li.note {
        background: var(--warning-ground);
        color: var(--warning);
      }
      li.note .muted {
        color: inherit;
      }
      .text {
        white-space: pre-wrap;
      }
      .failure {
        color: var(--danger);
        font-size: 13px;
      }
      strong {
        font-weight: 600;
      }
      footer .field {
        flex: 1;
      }
    `,
  ]
}
