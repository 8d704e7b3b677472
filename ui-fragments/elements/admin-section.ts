import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit'
import type { AdminSession, AdminState } from '../data/admin-session.ts'
import { asApiError } from '../data/api-error.ts'
import { closeIcon } from './icons.ts'

/** A part of the admin panel: it shows the shared state, and does its own work through the session. */
export abstract class AdminSection extends LitElement {
  static override properties: PropertyDeclarations = {
    session: { attribute: false },
    state: { attribute: false },
    problem: { state: true },
    busy: { state: true },
  }
  declare session: AdminSession
  declare state: AdminState
  /** Why the last thing that was asked for was refused. */
  declare problem: string | null
  declare busy: boolean

  constructor() {
    super()
    this.problem = null
    this.busy = false
  }

  /** Says whether it worked; a refusal becomes the problem that is shown. */
  protected async attempt(work: () => Promise<unknown>): Promise<boolean> {
    this.busy = true
    this.problem = null
    try {
      await work()
      return true
    } catch (thrown) {
      this.problem = asApiError(thrown).sentence
      return false
    } finally {
      this.busy = false
    }
  }

  protected problemLine(): TemplateResult | typeof nothing {
    return this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`
  }
}

/** A form over the page. It closes by Escape and by its buttons, and asks first when something would be lost. */
export abstract class AdminDialog extends AdminSection {
  static override properties: PropertyDeclarations = { asking: { state: true } }
  /** It asks whether what was typed may be thrown away. */
  declare asking: boolean

  constructor() {
    super()
    this.asking = false
  }

  /** Whether something typed would be lost by closing. */
  protected get dirty(): boolean {
    return false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    addEventListener('beforeunload', this.#guard)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('beforeunload', this.#guard)
  }

  readonly #guard = (event: BeforeUnloadEvent): void => {
    if (this.dirty) event.preventDefault()
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  /** Closes if nothing is lost; else asks. */
  protected leave(): void {
    if (this.dirty) this.asking = true
    else this.close()
  }

  protected close(): void {
    this.asking = false
    this.renderRoot.querySelector('dialog')?.close()
  }

  protected frame(heading: string, content: unknown, className = ''): TemplateResult {
    return html`<dialog
      class=${className}
      aria-labelledby="title"
      @cancel=${(event: Event) => {
        // A file chooser's cancel bubbles up to here, too.
        if (event.target !== event.currentTarget) return
        event.preventDefault()
        this.leave()
      }}
      @close=${() => this.dispatchEvent(new CustomEvent('parley-dialog-closed'))}
    >
      <header>
        <h2 id="title">${heading}</h2>
        <button class="icon-button" aria-label="Close" @click=${() => this.leave()}>${closeIcon}</button>
      </header>
      ${this.asking ? this.#question() : nothing} ${content}
    </dialog>`
  }

  #question(): TemplateResult {
    return html`<div class="question" role="alert">
      <p>What you changed is not saved.</p>
      <button type="button" class="button small" @click=${() => this.#stay()}>Keep editing</button>
      <button type="button" class="button small danger" @click=${() => this.close()}>Discard changes</button>
    </div>`
  }

  #stay(): void {
    this.asking = false
  }
}
