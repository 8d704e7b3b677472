import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import { words } from '../data/words/words.ts'
import { avatar, avatarStyles } from './avatar.ts'
import { presenceDetail, presenceDot } from './presence.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** Everyone of the group, with what the PBX knows of them now. */
export class PeopleListElement extends LitElement {
  static override properties = {
    people: { attribute: false },
    designated: { type: String },
    me: { type: String },
    stale: { type: Boolean },
  }
  declare people: readonly PersonWire[]
  declare designated: string | null
  declare me: string | null
  declare stale: boolean

  constructor() {
    super()
    this.people = []
    this.designated = null
    this.me = null
    this.stale = false
  }

  protected override render() {
    return html`
      ${this.stale ? html`<p class="callout">${words().pbxSaidLast}</p>` : nothing}
      ${this.people.length === 0 ? html`<p class="empty">${words().noMembers}</p>` : nothing}
      <ul>
        ${this.people.map((person) => this.#person(person))}
      </ul>
    `
  }

  #person(person: PersonWire): TemplateResult {
    return html`<li>
      ${avatar(person.name, person.extension)}
      <span class="who">
        <span class="name">${person.name} <span class="extension">${person.extension}</span>${person.extension === this.me ? ` ${words().isYou}` : ''}</span>
        <span class="presence">${presenceDot(person)}${presenceDetail(person)}</span>
      </span>
      ${person.extension === this.designated ? html`<span class="tag good">${words().designated}</span>` : nothing}
    </li>`
  }

  static override styles = [
    baseStyles,
    controlStyles,
    avatarStyles,
    css`
      :host {
        padding: 12px 24px;
        overflow-y: auto;
      }
      ul {
        max-width: 720px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 10px 4px;
        border-bottom: 1px solid var(--line);
      }
      .who {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-width: 0;
      }
      .name {
        font-weight: 600;
      }
      .extension {
        color: var(--muted);
        font-weight: 400;
      }
      .presence {
        display: flex;
        align-items: center;
        gap: 6px;
        color: var(--muted);
        font-size: 13px;
      }
      .empty {
        padding: 32px 0;
        color: var(--muted);
      }
    `,
  ]
}
