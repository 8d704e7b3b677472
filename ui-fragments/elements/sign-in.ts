import { css, html, LitElement, nothing } from 'lit'
import type { SignedInWire } from '../../module/contract/api/sign-in.ts'
import { asApiError } from '../data/api-error.ts'
import { SignInClient } from '../data/sign-in-client.ts'
import { baseStyles, controlStyles, themeStyles } from './theme.ts'

/**
 * Signs in without a password: the extension, then the code that its own phone shows. A link from the console needs
 * neither. Fires `parley-signed-in` with what the server gave.
 */
export class SignInElement extends LitElement {
  static override properties = {
    base: { type: String },
    link: { attribute: false },
    extension: { state: true },
    sent: { state: true },
    busy: { state: true },
    error: { state: true },
  }
  declare base: string
  /** What stands after `#link=`; null without one. */
  declare link: string | null
  declare extension: string
  declare sent: boolean
  declare busy: boolean
  declare error: string | null

  constructor() {
    super()
    this.base = './'
    this.link = null
    this.extension = ''
    this.sent = false
    this.busy = false
    this.error = null
  }

  protected override firstUpdated(): void {
    const { link } = this
    if (link !== null) void this.#try(async (client) => this.#done(await client.byLink(link)))
    else this.#focus('extension')
  }

  protected override render() {
    return html`<main>
      <h1>Sign in to Messages</h1>
      ${this.sent ? this.#codeForm() : this.#extensionForm()}
      <p class="callout danger" role="alert" ?hidden=${this.error === null}>${this.error ?? nothing}</p>
      <p class="hidden-words" role="status">${this.sent ? 'A code was asked for.' : ''}</p>
    </main>`
  }

  #extensionForm() {
    return html`<form @submit=${this.#askForCode}>
      <label for="extension">Your extension</label>
      <input
        id="extension"
        class="field"
        name="extension"
        inputmode="tel"
        autocomplete="username"
        required
        maxlength="20"
        pattern="[0-9*#]+"
        title="The number of your phone, such as 101"
        .value=${this.extension}
      />
      <button class="button primary" ?disabled=${this.busy}>Send code</button>
      <p class="muted">Your desk phone shows a code. No password is needed.</p>
    </form>`
  }

  #codeForm() {
    return html`<form @submit=${this.#enterCode}>
      <p>If ${this.extension} has a phone that is registered, it shows a code of six digits now.</p>
      <label for="code">The code on the phone</label>
      <input
        id="code"
        class="field code"
        name="code"
        inputmode="numeric"
        autocomplete="one-time-code"
        required
        maxlength="6"
        pattern="[0-9]{6}"
        title="Six digits"
      />
      <button class="button primary" ?disabled=${this.busy}>Sign in</button>
      <button type="button" class="button" ?disabled=${this.busy} @click=${this.#again}>Use another extension, or a new code</button>
    </form>`
  }

  #askForCode = (event: Event): void => {
    event.preventDefault()
    this.extension = this.#value('extension')
    void this.#try(async (client) => {
      await client.sendCode(this.extension)
      this.sent = true
      this.#focus('code')
    })
  }

  #enterCode = (event: Event): void => {
    event.preventDefault()
    const code = this.#value('code')
    void this.#try(async (client) => this.#done(await client.byCode(this.extension, code)))
  }

  #again = (): void => {
    this.sent = false
    this.error = null
    this.#focus('extension')
  }

  async #try(work: (client: SignInClient) => Promise<void>): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.error = null
    try {
      await work(new SignInClient(this.base))
    } catch (error) {
      this.error = asApiError(error).sentence
    } finally {
      this.busy = false
    }
  }

  #done(signedIn: SignedInWire): void {
    this.dispatchEvent(
      new CustomEvent('parley-signed-in', { detail: signedIn, bubbles: true, composed: true }),
    )
  }

  #value(id: string): string {
    return this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value.trim() ?? ''
  }

  #focus(id: string): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#${id}`)?.focus())
  }

  static override styles = [
    themeStyles,
    baseStyles,
    controlStyles,
    css`
      :host {
        min-height: 100%;
        background: var(--canvas);
      }
      main {
        width: min(360px, 100% - 32px);
        margin: 0 auto;
        padding-top: 15vh;
      }
      h1 {
        margin-bottom: 20px;
        font-size: 20px;
        font-weight: 650;
      }
      form {
        display: flex;
        flex-direction: column;
        gap: 10px;
        margin-bottom: 14px;
      }
      label {
        font-weight: 550;
      }
      .code {
        font-size: 20px;
        letter-spacing: 0.3em;
      }
      .muted {
        color: var(--muted);
        font-size: 13px;
      }
    `,
  ]
}
