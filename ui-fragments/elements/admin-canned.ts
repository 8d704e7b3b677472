import { css, html, nothing, type TemplateResult } from 'lit'
import type { CannedReplyWire } from '../../module/contract/api/notes-and-canned-replies.ts'
import { boardKey } from '../data/presence-board.ts'
import { randomId } from '../data/random-id.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { plusIcon } from './icons.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** Texts that agents bring up by a slash, for all groups or one. */
export class AdminCannedElement extends AdminSection {
  static override properties = {
    replies: { state: true },
    editing: { state: true },
    deleting: { state: true },
  }
  declare replies: readonly CannedReplyWire[] | null
  declare editing: { readonly reply: CannedReplyWire | null; readonly id: string } | null
  declare deleting: CannedReplyWire | null

  constructor() {
    super()
    this.replies = null
    this.editing = null
    this.deleting = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.attempt(this.read)
  }

  protected override render() {
    const groups = new Map(
      (this.replies ?? []).map(({ group }) => [group === null ? '' : boardKey(group), group]),
    )
    return html`
      <div class="head">
        <div>
          <h2>Canned replies</h2>
          <p>Agents bring them up with / and a shortcut. A group’s own stands before one for all groups.</p>
        </div>
        <button class="button primary" @click=${() => this.#edit(null)}>${plusIcon} Add reply</button>
      </div>
      ${this.problemLine()}
      ${this.replies?.length === 0 ? html`<p class="card empty">No canned reply yet.</p>` : nothing}
      ${[...groups]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(
          ([key, group]) => html`<section>
          <h3>${group === null ? 'All groups' : group.name || group.number}</h3>
          <ul class="card">${(this.replies ?? []).filter((reply) => (reply.group === null ? '' : boardKey(reply.group)) === key).map((reply) => this.#reply(reply))}</ul>
        </section>`,
        )}
      ${
        this.editing === null
          ? nothing
          : html`<parley-canned-form .session=${this.session} .state=${this.state} .reply=${this.editing.reply} .replyId=${this.editing.id} @parley-saved=${() => this.attempt(this.read)} @parley-dialog-closed=${() => this.#edit()}></parley-canned-form>`
      }
      ${
        this.deleting === null
          ? nothing
          : html`<parley-confirm-dialog heading="Delete /${this.deleting.shortcut}?" sentence="Agents no longer find it. What was sent by it stays." verb="Delete" @parley-confirmed=${this.#delete} @parley-dialog-closed=${() => this.#askDelete(null)}></parley-confirm-dialog>`
      }
    `
  }

  #reply(reply: CannedReplyWire): TemplateResult {
    return html`<li class="item">
      <div class="what">
        <h4>${reply.title} <span class="muted">/${reply.shortcut}</span></h4>
        <p dir="auto">${reply.text}</p>
      </div>
      <div class="actions">
        <button class="button small" aria-label="Edit ${reply.title}" @click=${() => this.#edit(reply)}>Edit</button>
        <button class="button small danger" aria-label="Delete ${reply.title}" @click=${() => this.#askDelete(reply)}>Delete</button>
      </div>
    </li>`
  }

  /** With no argument the form closes; with null it makes a new one. */
  #edit(reply?: CannedReplyWire | null): void {
    this.editing = reply === undefined ? null : { reply, id: reply?.id ?? randomId() }
  }

  #askDelete(reply: CannedReplyWire | null): void {
    this.deleting = reply
  }

  #delete = async (): Promise<void> => {
    const id = this.deleting?.id
    this.deleting = null
    if (id === undefined) return
    await this.attempt(async () => {
      await this.session.admin.deleteCanned(id)
      await this.read()
    })
  }

  private readonly read = async (): Promise<void> => {
    this.replies = await this.session.admin.canned()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      section + section {
        margin-top: 16px;
      }
      section > h3 {
        margin-bottom: 8px;
        font-size: 15px;
        font-weight: 650;
      }
      h4 {
        margin: 0;
        font-size: 14px;
        font-weight: 600;
      }
      .what p {
        white-space: pre-wrap;
      }
    `,
  ]
}
