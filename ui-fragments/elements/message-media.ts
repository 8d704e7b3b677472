import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { MediaWire } from '../../module/contract/api/media.ts'
import { mediaLook, shownSize, sizeWords } from '../data/media-words.ts'
import { words } from '../data/words/words.ts'
import { clockIcon, closeIcon, downloadIcon, fileIcon, warningIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'

/**
 * One file of a message, where it is: a picture to enlarge, a sound or film to play, a document to take. It is loaded
 * by a signed address that the panel asks for, since an `<img>` sends no token; its space is kept before it is here.
 */
export class MessageMediaElement extends LitElement {
  static override properties = {
    media: { attribute: false },
    source: { state: true },
    broken: { state: true },
    enlarged: { state: true },
  }
  declare media: MediaWire
  declare source: string | null
  /** The browser can't show it, whatever its type says. */
  declare broken: boolean
  declare enlarged: boolean
  #asked = false

  constructor() {
    super()
    this.source = null
    this.broken = false
    this.enlarged = false
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('media')
    if (before !== undefined && before.id !== this.media.id) {
      this.source = null
      this.broken = false
      this.#asked = false
    }
    if (this.media.state !== 'stored' || this.#asked) return
    this.#asked = true
    this.#ask(false)
  }

  protected override updated(): void {
    const frame = this.renderRoot.querySelector<HTMLElement>('.frame')
    const size = shownSize(this.media.size)
    if (frame === null || size === null) return
    frame.style.width = `${size.width}px`
    frame.style.aspectRatio = `${size.width} / ${size.height}`
  }

  protected override render(): TemplateResult {
    const { media } = this
    if (media.state === 'waiting')
      return html`<p class="line" role="status">${clockIcon}<span>${words().mediaWaiting(media.title)}</span></p>`
    if (media.state === 'failed') return this.#failed()
    const look = this.broken ? 'file' : mediaLook(media)
    if (look === 'picture') return this.#picture()
    if (look === 'film')
      return html`<video class="frame" controls playsinline preload="metadata" aria-label=${media.title} src=${this.source ?? nothing} @error=${this.#gone}></video>`
    if (look === 'sound')
      return html`<span class="sound">${media.role === 'voice' ? html`<span>${words().voiceMessage}</span>` : html`<span>${media.title}</span>`}
        <audio controls preload="metadata" aria-label=${media.role === 'voice' ? words().voiceMessage : media.title} src=${this.source ?? nothing} @error=${this.#gone}></audio></span>`
    return this.#file()
  }

  #failed(): TemplateResult {
    const { id, failure, title } = this.media
    return html`<p class="line failed">${warningIcon}<span><strong>${title}</strong> ${failure ?? words().mediaFailed}
      ${id === '' ? nothing : html`<button class="link" @click=${() => emit(this, 'parley-media-retry', { id })}>${words().tryAgain}</button>`}</span></p>`
  }

  #picture(): TemplateResult {
    const { title, role } = this.media
    const image = (kind: string) =>
      html`<img class=${kind} alt=${title} src=${this.source ?? nothing} @error=${this.#gone} />`
    return html`<button class="frame ${role ?? ''}" aria-label=${words().enlarge(title)} @click=${this.#enlarge}>${image('small')}</button>
      ${
        this.enlarged
          ? html`<dialog aria-label=${title} @close=${this.#shrunk} @click=${this.#clickedAround}>
              <header>${this.#download()}<button class="icon-button" autofocus aria-label=${words().close} @click=${this.#shrink}>${closeIcon}</button></header>
              ${image('large')}
            </dialog>`
          : nothing
      }`
  }

  #download(): TemplateResult {
    const { title } = this.media
    return html`<a class="icon-button" download=${title} href=${this.source ?? nothing} target="_blank" rel="noopener noreferrer" aria-label=${words().download(title)}>${downloadIcon}</a>`
  }

  #file(): TemplateResult {
    const { title, byteLength, contentType } = this.media
    const kind = contentType?.split(/[/;]/)[1]?.slice(0, 12).toUpperCase() ?? ''
    return html`<a class="file" download=${title} href=${this.source ?? nothing} target="_blank" rel="noopener noreferrer">
      ${fileIcon}<span class="named"><span class="name">${title}</span><span class="size">${[kind, byteLength === null ? '' : sizeWords(byteLength)].filter(Boolean).join(' · ')}</span></span>
      <span class="hidden-words">${words().download('')}</span>${downloadIcon}</a>`
  }

  #ask(afresh: boolean): void {
    const { id } = this.media
    const give = (source: string) => {
      if (this.media.id === id) this.source = source
    }
    emit(this, 'parley-media-link', { id, afresh, give })
  }

  #reasked = false

  /** The address may have run out while the panel stood open; the second time it is the file itself. */
  #gone(event: Event): void {
    event.stopPropagation()
    if (this.source === null) return
    if (this.#reasked) this.broken = true
    else this.#ask(true)
    this.#reasked = true
  }

  async #enlarge(): Promise<void> {
    this.enlarged = true
    await this.updateComplete
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  #shrink(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  #shrunk(event: Event): void {
    event.stopPropagation()
    this.enlarged = false
    this.renderRoot.querySelector<HTMLElement>('.frame')?.focus()
  }

  #clickedAround(event: MouseEvent): void {
    if (event.target === event.currentTarget) this.#shrink()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    css`
      :host {
        max-width: 100%;
        margin-block: 3px;
      }
      .frame {
        display: block;
        width: 240px;
        max-width: 100%;
        aspect-ratio: 4 / 3;
        overflow: hidden;
        border-radius: 10px;
        background: var(--sunken);
      }
      .frame.sticker {
        width: 140px;
        background: none;
      }
      button.frame {
        cursor: zoom-in;
      }
      .small {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: cover;
        color: transparent;
      }
      .sound {
        display: grid;
        gap: 4px;
      }
      audio {
        width: min(280px, 60vw);
        max-width: 100%;
        height: 40px;
      }
      .line {
        display: flex;
        align-items: flex-start;
        gap: 6px;
        font-size: 13px;
      }
      .line svg {
        margin-top: 2px;
      }
      .failed {
        color: var(--danger);
      }
      .file {
        display: flex;
        align-items: center;
        gap: 10px;
        min-width: 200px;
        padding: 8px 10px;
        border: 1px solid var(--line);
        border-radius: 10px;
        background: var(--surface);
        color: var(--text);
        text-decoration: none;
      }
      .file:hover {
        background: var(--hover);
      }
      .named {
        display: grid;
        flex: 1;
        min-width: 0;
      }
      .name {
        font-weight: 550;
        overflow-wrap: anywhere;
      }
      .size {
        color: var(--muted);
        font-size: 12px;
      }
      dialog {
        max-width: 96vw;
        max-height: 96dvh;
        padding: 0;
        border: 0;
        border-radius: 14px;
        background: var(--surface);
        color: var(--text);
        box-shadow: var(--raised);
      }
      dialog::backdrop {
        background: rgb(12 14 20 / 80%);
      }
      dialog header {
        display: flex;
        justify-content: flex-end;
        padding: 4px;
      }
      .large {
        display: block;
        max-width: 96vw;
        max-height: calc(96dvh - 44px);
        object-fit: contain;
      }
    `,
  ]
}
