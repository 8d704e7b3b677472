import { css, html, LitElement } from 'lit'
import { copyIcon } from './icons.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** A command, lines or an address to paste elsewhere, with a button that copies it. */
export class CopyTextElement extends LitElement {
  static override properties = {
    text: { type: String },
    label: { type: String },
    copied: { state: true },
  }
  declare text: string
  /** What it is, for readers of the screen. */
  declare label: string
  declare copied: boolean

  constructor() {
    super()
    this.text = ''
    this.label = 'What to paste'
    this.copied = false
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('text')) this.copied = false
  }

  protected override render() {
    return html`
      <pre tabindex="0" role="group" aria-label=${this.label}>${this.text}</pre>
      <button type="button" class="button small" @click=${this.#copy}>${copyIcon} ${this.copied ? 'Copied' : 'Copy'}</button>
      <span class="hidden-words" role="status">${this.copied ? 'Copied' : ''}</span>
    `
  }

  /** By the selection, which pages without https may copy as well; there is another way where the page has one. */
  async #copy(): Promise<void> {
    const text = this.renderRoot.querySelector('pre')
    if (text === null) return
    getSelection()?.selectAllChildren(text)
    if (!document.execCommand('copy')) await navigator.clipboard?.writeText(this.text)
    this.copied = true
  }

  static override styles = [
    baseStyles,
    controlStyles,
    css`
      :host {
        display: flex;
        align-items: flex-start;
        gap: 8px;
        margin-top: 6px;
      }
      pre {
        flex: 1;
        min-width: 0;
        max-height: 160px;
        margin: 0;
        padding: 5px 10px;
        border: 1px solid var(--line);
        border-radius: 8px;
        background: var(--canvas);
        font: 12px / 1.6 ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
        overflow: auto;
      }
    `,
  ]
}
