import { html, nothing } from 'lit'
import type { CarrierWire } from '../../module/contract/api/carriers.ts'
import { isPrevious, rotatable } from '../data/carrier-form.ts'
import { AdminDialog } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** Replaces an account's keys while the old ones are still good, and drops the old ones in the end. */
export class CarrierKeysElement extends AdminDialog {
  static override properties = { carrier: { attribute: false }, touched: { state: true } }
  static override styles = [baseStyles, controlStyles, dialogStyles, adminStyles]
  declare carrier: CarrierWire
  declare touched: boolean

  constructor() {
    super()
    this.touched = false
  }

  protected override get dirty(): boolean {
    return this.touched
  }

  protected override render() {
    const carrier = this.state.carriers.find(({ id }) => id === this.carrier.id) ?? this.carrier
    const kind = this.state.carrierKinds.find((each) => each.kind === carrier.kind)
    const fields = kind === undefined ? [] : rotatable(kind, carrier)
    const gentle = new Set(Object.keys(propertiesOf(kind?.secrets)).filter(isPrevious))
    const previous = (carrier.storedSecrets ?? []).filter(isPrevious)
    return this.frame(
      `Keys of ${carrier.name}`,
      html`<form @submit=${this.#submit} @input=${() => this.#touch()} autocomplete="off">
        <div class="body">
          ${
            previous.length === 0
              ? nothing
              : html`<p class="callout">The old keys are still good for what the carrier sends here. Drop them once the carrier signs with the new ones.</p>
                  <p><button type="button" class="button small danger" ?disabled=${this.busy} @click=${this.#drop}>Drop the old keys</button></p>`
          }
          ${fields.length === 0 ? html`<p>This kind of carrier has no keys.</p>` : nothing}
          ${fields.map(
            ({ name, label }) => html`<label>New ${label.toLowerCase()}
              <input class="field" type="password" name=${name} autocomplete="new-password" aria-describedby="hint-${name}" />
              <span class="hint" id="hint-${name}">${gentle.has(previousOf(name)) ? 'The one that it replaces stays good beside it.' : 'It replaces the stored one at once.'}</span>
            </label>`,
          )}
          ${this.problemLine()}
        </div>
        <footer>
          <button type="button" class="button" @click=${() => this.leave()}>Close</button>
          <button type="submit" class="button primary" ?disabled=${this.busy || !this.touched}>Replace</button>
        </footer>
      </form>`,
    )
  }

  #touch(): void {
    this.touched = true
  }

  #drop = async (): Promise<void> => {
    await this.attempt(async () => {
      await this.session.admin.dropPreviousKeys(this.carrier.id)
      await this.session.readCarriers()
    })
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const typed = [...new FormData(form)].flatMap(([name, value]) =>
      typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as const] : [],
    )
    if (typed.length === 0) return
    await this.attempt(async () => {
      await this.session.admin.rotateKeys(this.carrier.id, Object.fromEntries(typed))
      this.touched = false
      form.reset()
      await this.session.readCarriers()
    })
  }
}

const previousOf = (name: string): string => `previous${name.charAt(0).toUpperCase()}${name.slice(1)}`

const propertiesOf = (schema: unknown): object =>
  (schema as { properties?: object } | null | undefined)?.properties ?? {}
