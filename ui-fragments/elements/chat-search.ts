import { css, html, LitElement, type PropertyValues } from 'lit'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import { words } from '../data/words/words.ts'
import { closeIcon, downIcon, searchIcon, upIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** Looks for words in the open conversation, from the newest back, and loads further back where that is asked for. */
export class ChatSearchElement extends LitElement {
  static override properties = {
    messages: { attribute: false },
    loadBackTo: { attribute: false },
    text: { state: true },
    at: { state: true },
    busy: { state: true },
  }
  declare messages: readonly MessageWire[]
  declare loadBackTo: (found: () => boolean) => Promise<boolean>
  declare text: string
  /** The message that is shown. */
  declare at: string | null
  declare busy: boolean

  constructor() {
    super()
    this.messages = []
    this.loadBackTo = () => Promise.resolve(false)
    this.text = ''
    this.at = null
    this.busy = false
  }

  protected override firstUpdated(_: PropertyValues<this>): void {
    this.renderRoot.querySelector<HTMLElement>('input')?.focus()
  }

  protected override render() {
    const hits = this.#hits
    const place = hits.findIndex(({ id }) => id === this.at)
    const said = this.busy
      ? words().loadingMore
      : this.text.trim() === ''
        ? ''
        : hits.length === 0
          ? words().foundNone
          : words().foundOf(hits.length - place, hits.length)
    return html`<label class="search">${searchIcon}<span class="hidden-words">${words().searchInChat}</span>
        <input class="bare" type="search" autocomplete="off" dir="auto" placeholder=${words().searchInChat} title=${words().searchHint} .value=${this.text} @input=${this.#typed} @keydown=${this.#keys} /></label>
      <span class="said" role="status">${said}</span>
      <button class="icon-button" aria-label=${words().previousHit} title=${words().previousHit} ?disabled=${this.text.trim() === '' || this.busy} @click=${() => this.#step(-1)}>${upIcon}</button>
      <button class="icon-button" aria-label=${words().nextHit} title=${words().nextHit} ?disabled=${hits.length === 0} @click=${() => this.#step(1)}>${downIcon}</button>
      <button class="icon-button" aria-label=${words().close} @click=${this.#close}>${closeIcon}</button>`
  }

  /** Oldest first. */
  get #hits(): readonly MessageWire[] {
    const wanted = this.text.trim().toLowerCase()
    if (wanted === '') return []
    return this.messages.filter(({ text }) => text.toLowerCase().includes(wanted))
  }

  #typed(event: InputEvent): void {
    this.text = (event.target as HTMLInputElement).value
    this.#show(this.#hits.at(-1) ?? null)
  }

  #show(message: MessageWire | null): void {
    this.at = message?.id ?? null
    emit(this, 'parley-search', { text: this.text.trim(), show: this.at, done: false })
  }

  /** Past the oldest that is loaded it goes on with what is not. */
  async #step(by: 1 | -1): Promise<void> {
    const hits = this.#hits
    const place = this.at === null ? hits.length : hits.findIndex(({ id }) => id === this.at)
    const next = hits[place + by]
    if (next !== undefined) return this.#show(next)
    if (by > 0 || this.busy) return
    const known = hits.length
    this.busy = true
    const found = await this.loadBackTo(() => this.#hits.length > known)
    this.busy = false
    await this.updateComplete
    const more = this.#hits
    if (found && more.length > known) this.#show(more[more.length - known - 1] ?? null)
  }

  #keys(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.#close()
      return
    }
    if (event.key !== 'Enter' || event.isComposing) return
    event.preventDefault()
    void this.#step(event.shiftKey ? 1 : -1)
  }

  #close(): void {
    emit(this, 'parley-search', { text: '', show: null, done: true })
  }

  static override styles = [
    baseStyles,
    controlStyles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 4px;
        padding: 6px 16px;
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }
      .search {
        flex: 1;
        min-width: 0;
      }
      .said {
        color: var(--muted);
        font-size: 12px;
        white-space: nowrap;
      }
    `,
  ]
}
