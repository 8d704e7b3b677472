import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { AllowedActions, Hindrance } from '../data/allowed-actions.ts'
import { words } from '../data/words/words.ts'
import {
  archiveIcon,
  bellIcon,
  bellOffIcon,
  downloadIcon,
  editIcon,
  linkIcon,
  moreIcon,
  pinIcon,
  reopenIcon,
  searchIcon,
  takeIcon,
  transferIcon,
} from './icons.ts'
import { emit, type PanelEvents } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'

type Action = PanelEvents['parley-action']['action']

/** The ⋯ menu. What may not be done stays in it, with the reason under it. */
export class ActionMenuElement extends LitElement {
  static override properties = {
    allowed: { attribute: false },
    closed: { type: Boolean },
    named: { type: Boolean },
    pinned: { type: Boolean },
    muted: { type: Boolean },
    open: { state: true },
  }
  declare allowed: AllowedActions
  declare closed: boolean
  /** Whether the customer has a name already. */
  declare named: boolean
  declare pinned: boolean
  declare muted: boolean
  declare open: boolean
  #leave: (() => void) | null = null

  constructor() {
    super()
    this.closed = false
    this.named = false
    this.pinned = false
    this.muted = false
    this.open = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#shut()
  }

  protected override render() {
    return html`
      <button class="icon-button" id="more" aria-label=${words().moreActions} aria-haspopup="menu" aria-expanded=${this.open} @click=${this.#toggle}>${moreIcon}</button>
      ${
        this.open
          ? html`<div role="menu" aria-labelledby="more" @keydown=${this.#keys}>
              ${this.#item('transfer', words().transferHandler, transferIcon, this.allowed.transfer)}
              ${this.#item('reassign', words().reassign, transferIcon, this.allowed.reassign)}
              ${this.#item('take', words().take, takeIcon, this.allowed.take)}
              ${
                this.closed
                  ? this.#item('reopen', words().reopen, reopenIcon, this.allowed.reopen)
                  : this.#item('close', words().closeConversation, archiveIcon, this.allowed.close)
              }
              ${this.pinned ? this.#item('unpin', words().unpin, pinIcon, null) : this.#item('pin', words().pin, pinIcon, null)}
              ${this.muted ? this.#item('unmute', words().unmute, bellIcon, null) : this.#item('mute', words().mute, bellOffIcon, null)}
              ${this.#item('search', words().searchChat, searchIcon, null)}
              ${this.#item('name', this.named ? words().editContact : words().addContact, editIcon, null)}
              ${this.#item('copy-link', words().copyLink, linkIcon, null)}
              ${this.#item('export-text', words().exportText, downloadIcon, null)}
              ${this.#item('export-json', words().exportJson, downloadIcon, null)}
            </div>`
          : nothing
      }
    `
  }

  #item(action: Action, words: string, icon: TemplateResult, hindrance: Hindrance): TemplateResult {
    const id = `why-${action}`
    return html`<button
      role="menuitem"
      tabindex="-1"
      aria-disabled=${hindrance === null ? nothing : 'true'}
      aria-describedby=${hindrance === null ? nothing : id}
      @click=${() => this.#choose(action, hindrance)}
    >
      ${icon}<span><span>${words}</span>${hindrance === null ? nothing : html`<span class="why" id=${id}>${hindrance}</span>`}</span>
    </button>`
  }

  #choose(action: Action, hindrance: Hindrance): void {
    if (hindrance !== null) return
    this.#shut()
    this.#button?.focus()
    emit(this, 'parley-action', { action })
  }

  async #toggle(): Promise<void> {
    if (this.open) {
      this.#shut()
      return
    }
    this.open = true
    const outside = (event: Event) => {
      if (!event.composedPath().includes(this)) this.#shut()
    }
    document.addEventListener('pointerdown', outside, true)
    this.#leave = () => document.removeEventListener('pointerdown', outside, true)
    await this.updateComplete
    this.#items[0]?.focus()
  }

  #shut(): void {
    this.open = false
    this.#leave?.()
    this.#leave = null
  }

  #keys(event: KeyboardEvent): void {
    const items = this.#items
    const index = items.indexOf(this.shadowRoot?.activeElement as HTMLElement)
    const targets: Record<string, number> = {
      ArrowDown: (index + 1) % items.length,
      ArrowUp: (index - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    }
    if (event.key === 'Escape' || event.key === 'Tab') {
      this.#shut()
      if (event.key === 'Escape') event.stopPropagation()
      this.#button?.focus()
      return
    }
    const target = targets[event.key]
    if (target === undefined) return
    event.preventDefault()
    items[target]?.focus()
  }

  get #items(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menuitem]')]
  }

  get #button(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('#more')
  }

  static override styles = [
    baseStyles,
    controlStyles,
    css`
      :host {
        position: relative;
      }
      [role='menu'] {
        position: absolute;
        top: 42px;
        inset-inline-end: 0;
        z-index: 5;
        width: min(300px, 80vw);
        max-height: min(560px, 78dvh);
        overflow-y: auto;
        padding: 6px;
        border: 1px solid var(--line);
        border-radius: 14px;
        background: var(--surface);
        box-shadow: var(--raised);
      }
      [role='menuitem'] {
        display: flex;
        gap: 10px;
        width: 100%;
        padding: 9px 10px;
        border-radius: 9px;
        font-weight: 550;
      }
      [role='menuitem']:hover:not([aria-disabled]),
      [role='menuitem']:focus-visible {
        background: var(--hover);
      }
      [role='menuitem']:focus-visible {
        outline-offset: -2px;
      }
      [role='menuitem'][aria-disabled] {
        color: var(--muted);
        cursor: default;
      }
      svg {
        margin-top: 1px;
      }
      .why {
        display: block;
        font-size: 12px;
        font-weight: 400;
      }
    `,
  ]
}
