import { html, nothing, type TemplateResult } from 'lit'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import type { UnroutedListWire } from '../../module/contract/api/unrouted.ts'
import { channelNames } from '../data/message-words.ts'
import { fullTime } from '../data/time-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { groupSelect } from './rule-parts.ts'
import { baseStyles, controlStyles } from './theme.ts'

type Unrouted = UnroutedListWire['items'][number]

/** What came and no rule took: kept, so that nothing is lost by a missing rule, and sent on from here. */
export class UnroutedListElement extends AdminSection {
  static override properties = { routing: { state: true }, said: { state: true } }
  static override styles = [baseStyles, controlStyles, adminStyles]
  declare routing: string | null
  declare said: string
  #to: Pick<GroupWire, 'kind' | 'number'> = { kind: 'queue', number: '' }

  constructor() {
    super()
    this.routing = null
    this.said = ''
  }

  protected override render() {
    const { items, next } = this.state.unrouted
    return html`
      <div class="head">
        <div>
          <h2>Unrouted messages</h2>
          <p>No rule took these, so no agent saw them. Add a rule for their DID, then send all on that it takes; or send one on by itself.</p>
        </div>
        ${items.length === 0 ? nothing : html`<button class="button" ?disabled=${this.busy} @click=${this.#routeMatching}>Apply the rules to all</button>`}
      </div>
      ${this.problemLine()}
      <p class="said muted" role="status">${this.said}</p>
      <ul class="card">
        ${items.map((message) => this.#message(message))}
        ${items.length === 0 ? html`<li class="empty">Every message found its rule.</li>` : nothing}
      </ul>
      ${next === null ? nothing : html`<button class="button" @click=${() => this.session.quietly(this.session.loadMoreUnrouted())}>Show older ones</button>`}
    `
  }

  #message({ id, did, sender, channel, text, at }: Unrouted): TemplateResult {
    return html`<li class="item">
      <div class="what">
        <h3>${sender} → ${did}</h3>
        <p>${channelNames[channel]} · <time datetime=${at}>${fullTime(at)}</time></p>
        <p dir="auto">${text}</p>
        ${
          this.routing === id
            ? html`<form class="toolbar" @submit=${(event: SubmitEvent) => this.#route(id, event)}>
                <label>To ${groupSelect({ name: 'to', state: this.state, chosen: { kind: 'queue', number: '' }, onChange: (to) => this.#choose(to) })}</label>
                <button class="button primary small" type="submit" ?disabled=${this.busy}>Send on</button>
                <button class="button small" type="button" @click=${() => this.#open(null)}>Cancel</button>
              </form>`
            : nothing
        }
      </div>
      ${this.routing === id ? nothing : html`<button class="button small" aria-label="Send the message of ${sender} on" @click=${() => this.#open(id)}>Send on</button>`}
    </li>`
  }

  #open(id: string | null): void {
    this.routing = id
    this.#to = { kind: 'queue', number: '' }
  }

  #choose(to: Pick<GroupWire, 'kind' | 'number'>): void {
    this.#to = to
  }

  async #route(id: string, event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const destination = this.#to
    const done = await this.attempt(async () => {
      await this.session.admin.routeUnrouted(id, { destination })
      await this.session.readUnrouted()
    })
    if (!done) return
    this.routing = null
    this.said = 'Sent on.'
  }

  #routeMatching = async (): Promise<void> => {
    await this.attempt(async () => {
      const { routed, left } = await this.session.admin.routeMatching()
      this.said = `${routed} sent on, ${left} left.`
      await this.session.readUnrouted()
    })
  }
}
