import { html } from 'lit'
import type { PersonWire } from '../../module/contract/api/people.ts'
import { groupWords } from '../data/group-words.ts'
import { boardKey } from '../data/presence-board.ts'
import { AdminDialog } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** What one person may do besides being an agent. */
export class PersonFormElement extends AdminDialog {
  static override properties = { person: { attribute: false }, touched: { state: true } }
  static override styles = [baseStyles, controlStyles, dialogStyles, adminStyles]
  declare person: PersonWire
  declare touched: boolean

  constructor() {
    super()
    this.touched = false
  }

  protected override get dirty(): boolean {
    return this.touched
  }

  protected override render() {
    const { person } = this
    const overseen = new Set(person.supervises.map(boardKey))
    const groups = [
      ...new Map(
        [...this.state.groups.map(({ group }) => group), ...person.supervises].map((group) => [
          boardKey(group),
          group,
        ]),
      ).values(),
    ]
    return this.frame(
      `Roles of ${person.name}`,
      html`<form @submit=${this.#submit} @input=${() => this.#touch()}>
        <div class="body">
          <p class="muted">These hold for signing in by a code on the phone or a link. In the PBX’s portal, the PBX says who administers.</p>
          <label class="check"><input type="checkbox" name="role" value="admin" .checked=${person.roles.includes('admin')} />Administrator: everything on these pages</label>
          <label class="check"><input type="checkbox" name="role" value="supervisor" .checked=${person.roles.includes('supervisor')} />Supervisor: reads, reassigns and sets up his groups</label>
          <fieldset>
            <legend>Oversees, besides his own groups</legend>
            <div class="checks">${groups.map((group) => html`<label class="check"><input type="checkbox" name="group" value=${boardKey(group)} .checked=${overseen.has(boardKey(group))} />${groupWords(group)}</label>`)}</div>
          </fieldset>
          ${this.problemLine()}
        </div>
        <footer>
          <button type="button" class="button" @click=${() => this.leave()}>Cancel</button>
          <button type="submit" class="button primary" ?disabled=${this.busy}>Save</button>
        </footer>
      </form>`,
    )
  }

  #touch(): void {
    this.touched = true
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const chosen = form.getAll('role')
    const done = await this.attempt(() =>
      this.session.admin.savePerson(this.person.extension, {
        roles: (['supervisor', 'admin'] as const).filter((role) => chosen.includes(role)),
        supervises: form.getAll('group').map((each) => {
          const [kind = '', number = ''] = String(each).split('/')
          return { kind, number }
        }),
        version: this.person.version,
      }),
    )
    if (!done) return
    this.touched = false
    this.dispatchEvent(new CustomEvent('parley-saved'))
    this.close()
  }
}
