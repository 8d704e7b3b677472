import { css, html, LitElement, nothing } from 'lit'
import { findEmoji } from '../data/emoji.ts'
import { words } from '../data/words/words.ts'
import { smileIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'

const columns = 8

/** A button, and above it what it brings: drawn only while it is open. */
export class EmojiPickerElement extends LitElement {
  static override properties = { open: { state: true }, search: { state: true } }
  declare open: boolean
  declare search: string
  #leave: (() => void) | null = null

  constructor() {
    super()
    this.open = false
    this.search = ''
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#shut()
  }

  protected override render() {
    return html`<button class="icon-button" aria-label=${words().emoji} title=${words().emoji} aria-expanded=${this.open} aria-haspopup="dialog" @click=${this.#toggle}>${smileIcon}</button>
      ${this.open ? this.#grid() : nothing}`
  }

  #grid() {
    const found = findEmoji(this.search)
    return html`<div class="popup" role="dialog" aria-label=${words().emoji} @keydown=${this.#keys}>
      <label class="search"><span class="hidden-words">${words().searchEmoji}</span>
        <input class="bare" type="search" placeholder=${words().searchEmoji} autocomplete="off" .value=${this.search} @input=${this.#searched} /></label>
      <div class="signs">
        ${found.map(
          ({ sign, names }, index) =>
            html`<button tabindex=${index === 0 ? 0 : -1} aria-label=${names} title=${names} @click=${() => this.#take(sign)}>${sign}</button>`,
        )}
      </div>
      ${found.length === 0 ? html`<p class="hint" role="status">${words().noEmoji}</p>` : nothing}
    </div>`
  }

  #searched(event: InputEvent): void {
    this.search = (event.target as HTMLInputElement).value
  }

  #take(emoji: string): void {
    this.#shut()
    emit(this, 'parley-emoji', { emoji })
  }

  async #toggle(): Promise<void> {
    if (this.open) {
      this.#shut()
      return
    }
    this.open = true
    this.search = ''
    const outside = (event: Event) => {
      if (!event.composedPath().includes(this)) this.#shut()
    }
    document.addEventListener('pointerdown', outside, true)
    this.#leave = () => document.removeEventListener('pointerdown', outside, true)
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('input')?.focus()
  }

  #shut(): void {
    this.open = false
    this.#leave?.()
    this.#leave = null
  }

  #keys(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation()
      this.#shut()
      this.renderRoot.querySelector<HTMLElement>('.icon-button')?.focus()
      return
    }
    const signs = [...this.renderRoot.querySelectorAll<HTMLElement>('.signs button')]
    const index = signs.indexOf(this.shadowRoot?.activeElement as HTMLElement)
    if (index < 0) {
      if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
      event.preventDefault()
      if (event.key === 'Enter') signs[0]?.click()
      else signs[0]?.focus()
      return
    }
    const forward = getComputedStyle(this).direction === 'rtl' ? -1 : 1
    const steps: Record<string, number> = {
      ArrowRight: forward,
      ArrowLeft: -forward,
      ArrowDown: columns,
      ArrowUp: -columns,
    }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    if (index + step < 0) this.renderRoot.querySelector<HTMLElement>('input')?.focus()
    else signs[Math.min(index + step, signs.length - 1)]?.focus()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    css`
      :host {
        position: relative;
        flex: none;
      }
      .popup {
        position: absolute;
        inset-inline-start: -40px;
        bottom: 46px;
        z-index: 6;
        width: min(316px, 86vw);
        padding: 8px;
        border: 1px solid var(--line);
        border-radius: 14px;
        background: var(--surface);
        box-shadow: var(--raised);
      }
      .signs {
        display: grid;
        grid-template-columns: repeat(8, 1fr);
        max-height: 220px;
        margin-top: 6px;
        overflow-y: auto;
      }
      .signs button {
        padding: 4px 0;
        border-radius: 8px;
        font-size: 20px;
        text-align: center;
      }
      .signs button:hover,
      .signs button:focus-visible {
        background: var(--hover);
        outline-offset: -2px;
      }
      .hint {
        padding: 8px;
        color: var(--muted);
      }
    `,
  ]
}
