import { css, html, LitElement, nothing } from 'lit'
import { words } from '../data/words/words.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** A thin line that says what does not work right now; nothing when all is well. */
export class StatusLineElement extends LitElement {
  static override properties = {
    sentence: { type: String },
    tone: { type: String, reflect: true },
    dismissable: { type: Boolean },
  }
  declare sentence: string
  declare tone: 'warning' | 'danger'
  declare dismissable: boolean

  constructor() {
    super()
    this.sentence = ''
    this.tone = 'warning'
    this.dismissable = false
  }

  protected override render() {
    return html`<div role="status">
      ${
        this.sentence === ''
          ? nothing
          : html`<p>${this.sentence}${this.dismissable ? html` <button class="link" @click=${() => emit(this, 'parley-dismiss', null)}>${words().dismiss}</button>` : nothing}</p>`
      }
    </div>`
  }

  static override styles = [
    baseStyles,
    controlStyles,
    css`
      p {
        padding: 6px 16px;
        background: var(--warning-ground);
        color: var(--warning);
        font-size: 13px;
        font-weight: 500;
        text-align: center;
      }
      :host([tone='danger']) p {
        background: var(--danger-ground);
        color: var(--danger);
      }
      .link {
        color: inherit;
        text-decoration-color: currentColor;
      }
    `,
  ]
}
