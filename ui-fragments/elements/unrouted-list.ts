import { html, LitElement, nothing } from 'lit'
import type { AdminState } from '../data/admin-session.ts'
import { channelNames } from '../data/message-words.ts'
import { fullTime } from '../data/time-words.ts'
import { ask } from './admin-events.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** What came and no rule took: kept, so that nothing is lost by a missing rule. */
export class UnroutedListElement extends LitElement {
  static override properties = { state: { attribute: false } }
  static override styles = [baseStyles, controlStyles, adminStyles]
  declare state: AdminState

  protected override render() {
    const { items, next } = this.state.unrouted
    return html`
      <div class="head">
        <div>
          <h2>Unrouted messages</h2>
          <p>No rule took these, so no agent saw them. Add a rule for their DID: it takes what comes from then on.</p>
        </div>
      </div>
      <ul class="card">
        ${items.map(
          ({ did, sender, channel, text, at }) => html`<li class="item">
            <div class="what">
              <h3>${sender} → ${did}</h3>
              <p>${channelNames[channel]} · <time datetime=${at}>${fullTime(at)}</time></p>
              <p dir="auto">${text}</p>
            </div>
          </li>`,
        )}
        ${items.length === 0 ? html`<li class="empty">Every message found its rule.</li>` : nothing}
      </ul>
      ${next === null ? nothing : html`<button class="button" @click=${() => ask(this, 'parley-more-unrouted', null)}>Show older ones</button>`}
    `
  }
}
