import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { AdminApi } from '../data/admin-api.ts'
import { AdminSession, type AdminState, firstAdminState } from '../data/admin-session.ts'
import { ApiClient } from '../data/api-client.ts'
import { LiveClient } from '../data/live-client.ts'
import { words } from '../data/words/words.ts'
import { type AdminPlace, isPlace, type Place, placesFor } from './admin-places.ts'
import { listen, liveUrl, panelBase } from './panel-place.ts'
import { baseStyles, controlStyles, themeStyles } from './theme.ts'

/** The administrator's and supervisor's panel. `base` and `token` as with the agent's. */
export class AdminPanelElement extends LitElement {
  static override properties = {
    base: { type: String },
    token: { attribute: false },
    state: { state: true },
    place: { state: true },
  }
  declare base: string
  declare token: string | null
  declare state: AdminState
  declare place: Place
  #session: AdminSession | null = null
  #leave: ReadonlyArray<() => void> = []

  constructor() {
    super()
    this.base = './'
    this.token = null
    this.state = firstAdminState
    this.place = 'overview'
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#leave = [listen(window, 'online', () => this.#session?.hurry())]
    if (this.token !== null && this.hasUpdated) this.#start(this.token)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const leave of this.#leave) leave()
    this.#session?.stop()
    this.#session = null
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('token') || this.token === null) return
    if (this.#session === null) this.#start(this.token)
    else this.#session.renew(this.token)
  }

  #start(token: string): void {
    const base = panelBase(this.base)
    const current = () => this.token ?? token
    const api = new ApiClient(base.href, current)
    const session = new AdminSession({
      api,
      admin: new AdminApi(api),
      connect: (cursor) => new LiveClient({ url: liveUrl(base), token: current(), cursor, quiet: true }),
    })
    session.state.subscribe((state) => {
      this.state = state
    })
    this.#session = session
    void session.start()
  }

  protected override render() {
    const { state } = this
    const session = this.#session
    if (this.token === null || session === null) return this.#obstacle(words().openFromPortal)
    if (!state.loaded) return this.#obstacle(state.obstacle ?? 'Loading…')
    const places = placesFor(state)
    const place = places.find(({ name }) => name === this.place) ?? places[0]
    return html`
      <div class="lines">
        <parley-status-line tone="danger" .sentence=${state.obstacle ?? ''}></parley-status-line>
        <parley-status-line .sentence=${state.obstacle === null ? outage(state) : ''}></parley-status-line>
        <parley-status-line tone="danger" dismissable .sentence=${state.notice ?? ''} @parley-dismiss=${() => session.dismissNotice()}></parley-status-line>
      </div>
      <div class="panel" @parley-go=${({ detail }: CustomEvent<string>) => this.#go(detail)}>
        <aside>
          <h1>Message Conversations</h1>
          <nav aria-label="Administration">
            <ul>${places.map((each) => this.#entry(each, each === place))}</ul>
          </nav>
        </aside>
        <main tabindex="-1">${place === undefined ? nothing : place.content(session, state)}</main>
      </div>
    `
  }

  #entry({ name, title, sign, heads, count }: AdminPlace, current: boolean): TemplateResult {
    const amount = count?.(this.state) ?? 0
    return html`${heads === undefined ? nothing : html`<li class="heads" aria-hidden="true">${heads}</li>`}
      <li>
        <button class="entry" aria-current=${current ? 'page' : nothing} @click=${() => this.#go(name)}>
          ${sign}<span>${title}</span>${amount > 0 ? html`<span class="count">${amount}<span class="hidden-words"> waiting</span></span>` : nothing}
        </button>
      </li>`
  }

  #obstacle(sentence: string): TemplateResult {
    return html`<main class="obstacle"><p role="status">${sentence}</p></main>`
  }

  #go(place: string): void {
    if (!isPlace(place) || place === this.place) return
    this.place = place
    this.renderRoot.querySelector('main')?.scrollTo({ top: 0 })
  }

  static override styles = [
    baseStyles,
    themeStyles,
    controlStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 100%;
        background: var(--canvas);
        container: panel / inline-size;
      }
      .panel {
        display: grid;
        grid-template-columns: 212px minmax(0, 1fr);
        flex: 1;
        min-height: 0;
      }
      aside {
        padding: 16px 10px 24px;
        border-inline-end: 1px solid var(--line);
        background: var(--surface);
      }
      h1 {
        padding: 0 10px 12px;
        font-size: 15px;
        font-weight: 700;
        letter-spacing: -0.01em;
      }
      .heads {
        padding: 14px 10px 4px;
        color: var(--muted);
        font-size: 12px;
        font-weight: 600;
      }
      .entry {
        display: flex;
        align-items: center;
        gap: 10px;
        width: 100%;
        min-height: 34px;
        padding: 6px 10px;
        border-radius: 8px;
        color: var(--text);
        font-weight: 500;
        white-space: nowrap;
      }
      .entry svg {
        color: var(--muted);
      }
      .entry:hover {
        background: var(--hover);
      }
      .entry[aria-current] {
        background: var(--selected);
        color: var(--accent);
        font-weight: 600;
      }
      .entry[aria-current] svg {
        color: inherit;
      }
      .entry:focus-visible {
        outline-offset: -2px;
      }
      .count {
        margin-inline-start: auto;
        min-width: 20px;
        padding: 0 6px;
        border-radius: 999px;
        background: var(--warning-ground);
        color: var(--warning);
        font-size: 12px;
        font-weight: 600;
        text-align: center;
      }
      main {
        min-width: 0;
        padding: 22px 26px 40px;
        outline: none;
      }
      main > * {
        max-width: 1120px;
      }
      .obstacle {
        padding: 80px 32px;
        color: var(--muted);
        font-size: 15px;
        text-align: center;
      }
      @container panel (max-width: 760px) {
        .panel {
          display: block;
        }
        aside {
          padding: 10px 0 0;
          border-inline-end: 0;
          border-bottom: 1px solid var(--line);
        }
        h1 {
          padding: 0 14px 6px;
        }
        aside ul {
          position: relative;
          display: flex;
          gap: 2px;
          padding: 0 8px 8px;
          overflow-x: auto;
        }
        .heads {
          display: none;
        }
        main {
          padding: 14px 12px 32px;
        }
      }
    `,
  ]
}

function outage({ live, system, board }: AdminState): string {
  if (live.kind === 'waiting') return 'No connection to Parley. Trying again by itself.'
  if (system?.pbx.stale === true || board.stale)
    return 'The PBX is not answering. What is shown of it is what it said last.'
  return ''
}
