import { html, LitElement } from 'lit'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** Asks once more before something that can't be undone. */
export class ConfirmDialogElement extends LitElement {
  static override properties = {
    heading: { type: String },
    sentence: { type: String },
    verb: { type: String },
  }
  static override styles = [baseStyles, controlStyles, dialogStyles]
  declare heading: string
  declare sentence: string
  declare verb: string

  constructor() {
    super()
    this.heading = ''
    this.sentence = ''
    this.verb = 'Continue'
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    return html`<dialog role="alertdialog" aria-labelledby="title" aria-describedby="sentence" @close=${() => this.#say('parley-dialog-closed')}>
      <header><h2 id="title">${this.heading}</h2></header>
      <div class="body"><p id="sentence">${this.sentence}</p></div>
      <footer>
        <button class="button" autofocus @click=${this.#close}>Cancel</button>
        <button class="button danger" @click=${() => this.#say('parley-confirmed')}>${this.verb}</button>
      </footer>
    </dialog>`
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  #say(name: string): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }))
  }
}
