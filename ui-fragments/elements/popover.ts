import { LitElement } from 'lit'

/** A button with a pane under it, which closes by Escape, by the button, and by a click or a Tab to elsewhere. */
export abstract class PopoverElement extends LitElement {
  static override properties = { open: { state: true } }
  declare open: boolean
  #inside = false

  constructor() {
    super()
    this.open = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('pointerdown', this.#elsewhere)
    document.addEventListener('keydown', this.#keys, true)
    this.addEventListener('focusout', this.#left)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('pointerdown', this.#elsewhere)
    document.removeEventListener('keydown', this.#keys, true)
    this.removeEventListener('focusout', this.#left)
  }

  /** What was pressed may be gone when it is done: the focus must not go with it. */
  protected override updated(): void {
    if (!this.open || !this.#inside || document.activeElement !== document.body) return
    this.renderRoot.querySelector<HTMLElement>('.pane')?.focus()
  }

  protected async toggle(): Promise<void> {
    this.open = !this.open
    this.#inside = this.open
    if (!this.open) return
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('.pane')?.focus()
  }

  #shut(): void {
    this.open = false
    this.#inside = false
    this.renderRoot.querySelector<HTMLElement>('[aria-expanded]')?.focus()
  }

  readonly #elsewhere = (event: Event): void => {
    if (!this.open) return
    this.#inside = event.composedPath().includes(this)
    if (!this.#inside) this.open = false
  }

  readonly #keys = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.open) return
    event.stopPropagation()
    this.#shut()
  }

  readonly #left = (event: FocusEvent): void => {
    const to = event.relatedTarget
    if (this.open && to instanceof Node && !this.contains(to) && !this.renderRoot.contains(to))
      this.open = false
  }
}
