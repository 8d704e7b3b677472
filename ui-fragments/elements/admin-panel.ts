import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit'
import { AdminSession, type AdminState, firstAdminState } from '../data/admin-session.ts'
import { ApiClient } from '../data/api-client.ts'
import { asApiError } from '../data/api-error.ts'
import { LiveClient } from '../data/live-client.ts'
import { words } from '../data/words/words.ts'
import type { AdminEvents } from './admin-events.ts'
import { listen, liveUrl, panelBase } from './panel-place.ts'
import { baseStyles, controlStyles, themeStyles } from './theme.ts'

const tabs = [
  ['overview', 'Overview'],
  ['rules', 'Message rules'],
  ['carriers', 'Carriers'],
  ['unrouted', 'Unrouted'],
] as const
type Tab = (typeof tabs)[number][0]

/** The administrator's panel. `base` and `token` as with the agent's. */
export class AdminPanelElement extends LitElement {
  static override properties = {
    base: { type: String },
    token: { attribute: false },
    state: { state: true },
    tab: { state: true },
  }
  declare base: string
  declare token: string | null
  declare state: AdminState
  declare tab: Tab
  #session: AdminSession | null = null
  #leave: ReadonlyArray<() => void> = []

  constructor() {
    super()
    this.base = './'
    this.token = null
    this.state = firstAdminState
    this.tab = 'overview'
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
    const session = new AdminSession({
      api: new ApiClient(base.href, current),
      connect: () => new LiveClient({ url: liveUrl(base), token: current(), cursor: null }),
    })
    session.state.subscribe((state) => {
      this.state = state
    })
    this.#session = session
    void session.start()
  }

  protected override render() {
    const { state } = this
    if (this.token === null) return this.#obstacle(words().openFromPortal)
    if (!state.loaded) return this.#obstacle(state.obstacle ?? 'Loading…')
    return html`
      <header>
        <h1>Message Conversations</h1>
        <div role="tablist" aria-label="Administration" @keydown=${this.#keys}>${tabs.map(([tab, words]) => this.#tab(tab, words))}</div>
      </header>
      <parley-status-line tone="danger" .sentence=${state.obstacle ?? ''}></parley-status-line>
      <parley-status-line .sentence=${state.obstacle === null ? outage(state) : ''}></parley-status-line>
      <parley-status-line tone="danger" dismissable .sentence=${state.notice ?? ''} @parley-dismiss=${() => this.#session?.dismissNotice()}></parley-status-line>
      <main
        @parley-save-rule=${({ detail }: CustomEvent<AdminEvents['parley-save-rule']>) => this.#answer(detail.done, (session) => session.saveRule(detail.id, detail.draft))}
        @parley-delete-rule=${({ detail }: CustomEvent<AdminEvents['parley-delete-rule']>) => this.#answer(detail.done, (session) => session.deleteRule(detail.id))}
        @parley-save-carrier=${({ detail }: CustomEvent<AdminEvents['parley-save-carrier']>) => this.#answer(detail.done, (session) => session.saveCarrier(detail.id, detail.draft))}
        @parley-move-rule=${({ detail }: CustomEvent<AdminEvents['parley-move-rule']>) => this.#quietly((session) => session.moveRule(detail.id, detail.by))}
        @parley-examine=${() => this.#quietly((session) => session.examine())}
        @parley-more-unrouted=${() => this.#quietly((session) => session.loadMoreUnrouted())}
      >
        <div id="panel" role="tabpanel" aria-labelledby="tab-${this.tab}">${this.#content()}</div>
      </main>
    `
  }

  #tab(tab: Tab, words: string): TemplateResult {
    const selected = this.tab === tab
    const count = tab === 'unrouted' ? this.state.unrouted.items.length : 0
    return html`<button role="tab" id="tab-${tab}" aria-selected=${selected} aria-controls="panel" tabindex=${selected ? 0 : -1} @click=${() => this.#show(tab)}>
      ${words}${count > 0 ? html` <span class="tag warning">${count}</span>` : ''}
    </button>`
  }

  #content(): TemplateResult {
    const { state } = this
    switch (this.tab) {
      case 'overview':
        return html`<parley-admin-overview .state=${state}></parley-admin-overview>`
      case 'rules':
        return html`<parley-rule-list .state=${state}></parley-rule-list>`
      case 'carriers':
        return html`<parley-carrier-list .state=${state}></parley-carrier-list>`
      case 'unrouted':
        return html`<parley-unrouted-list .state=${state}></parley-unrouted-list>`
      default:
        return this.tab satisfies never
    }
  }

  #obstacle(sentence: string): TemplateResult {
    return html`<main class="obstacle"><p role="status">${sentence}</p></main>`
  }

  #show(tab: Tab): void {
    this.tab = tab
  }

  async #keys(event: KeyboardEvent): Promise<void> {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const index = tabs.findIndex(([tab]) => tab === this.tab)
    this.#show(tabs[(index + step + tabs.length) % tabs.length]?.[0] ?? 'overview')
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus()
  }

  /** Tells the form that asked how it went. */
  async #answer(
    done: (problem: string | null) => void,
    work: (session: AdminSession) => Promise<void>,
  ): Promise<void> {
    try {
      if (this.#session !== null) await work(this.#session)
      done(null)
    } catch (thrown) {
      done(asApiError(thrown).sentence)
    }
  }

  #quietly(work: (session: AdminSession) => Promise<void>): void {
    if (this.#session !== null) this.#session.quietly(work(this.#session))
  }

  static override styles = [
    baseStyles,
    themeStyles,
    controlStyles,
    css`
      :host {
        min-height: 100%;
        background: var(--canvas);
        container: panel / inline-size;
      }
      header {
        padding: 16px 24px 0;
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }
      h1,
      [role='tablist'],
      main {
        max-width: 1032px;
        margin: 0 auto;
      }
      main {
        box-sizing: content-box;
      }
      h1 {
        font-size: 20px;
        font-weight: 700;
        letter-spacing: -0.01em;
      }
      [role='tablist'] {
        display: flex;
        gap: 22px;
        padding-top: 8px;
        overflow-x: auto;
      }
      [role='tab'] {
        padding: 8px 2px 10px;
        border-bottom: 2px solid transparent;
        color: var(--muted);
        font-weight: 600;
        white-space: nowrap;
      }
      [role='tab']:focus-visible {
        outline-offset: -2px;
      }
      [role='tab'][aria-selected='true'] {
        border-color: var(--accent);
        color: var(--accent);
      }
      main {
        padding: 24px;
      }
      .obstacle {
        padding: 80px 32px;
        color: var(--muted);
        font-size: 15px;
        text-align: center;
      }
      @container panel (max-width: 640px) {
        header {
          padding: 12px 14px 0;
        }
        main {
          padding: 16px 12px;
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
