import { html, LitElement, nothing } from 'lit'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import { words } from '../data/words/words.ts'
import { closeIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'
import { groupName } from './timeline-rows.ts'

const longestText = 4096

/** An agent writes to a customer first. */
export class StartDialogElement extends LitElement {
  static override properties = {
    groups: { attribute: false },
    numbers: { attribute: false },
    problem: { type: String },
    busy: { type: Boolean },
  }
  declare groups: readonly GroupWire[]
  /** Business numbers that are known here, to choose from; any other may be typed. */
  declare numbers: readonly string[]
  declare problem: string | null
  declare busy: boolean

  constructor() {
    super()
    this.groups = []
    this.numbers = []
    this.problem = null
    this.busy = false
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    return html`<dialog aria-labelledby="title" @close=${() => emit(this, 'parley-dialog-closed', null)}>
      <header>
        <h2 id="title">${words().newConversation}</h2>
        <button class="icon-button" aria-label=${words().close} @click=${this.#close}>${closeIcon}</button>
      </header>
      <form @submit=${this.#submit}>
        <div class="body">
          <label>${words().toNumber} <span class="hint">${words().toNumberHint}</span>
            <input class="field" name="to" type="tel" dir="ltr" required maxlength="40" autofocus autocomplete="off" /></label>
          <label>${words().group}
            <select class="field" name="group">${this.groups.map((group, index) => html`<option value=${index}>${groupName(group)} (${group.number})</option>`)}</select></label>
          <label>${words().fromNumber}
            <input class="field" name="from" list="numbers" dir="ltr" maxlength="40" autocomplete="off" placeholder=${words().fromUsual} />
            <datalist id="numbers">${this.numbers.map((number) => html`<option value=${number}></option>`)}</datalist></label>
          <label>${words().message}
            <textarea class="field" name="text" rows="4" dir="auto" required maxlength=${longestText}></textarea></label>
          ${this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`}
        </div>
        <footer>
          <button type="button" class="button" @click=${this.#close}>${words().cancel}</button>
          <button type="submit" class="button primary" ?disabled=${this.busy || this.groups.length === 0}>${words().startIt}</button>
        </footer>
      </form>
    </dialog>`
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const field = (name: string) => String(form.get(name) ?? '').trim()
    const group = this.groups[Number(field('group'))]
    if (group === undefined || this.busy || field('to') === '' || field('text') === '') return
    emit(this, 'parley-start', {
      to: field('to'),
      group: { kind: group.kind, number: group.number },
      text: field('text'),
      ...(field('from') === '' ? {} : { from: field('from') }),
    })
  }

  static override styles = [baseStyles, controlStyles, dialogStyles]
}
