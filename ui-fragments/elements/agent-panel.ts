import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { AgentSession } from '../data/agent-session.ts'
import { type AgentState, firstState, unseenCount } from '../data/agent-state.ts'
import { AlertTabs } from '../data/alert-tabs.ts'
import { ApiClient } from '../data/api-client.ts'
import { asApiError } from '../data/api-error.ts'
import { LiveClient } from '../data/live-client.ts'
import { titleWithBadge } from '../data/mention-alerts.ts'
import { conversationTitle } from '../data/message-words.ts'
import { awaitsLanguage, language, useLanguages, words } from '../data/words/words.ts'
import { AlertSignals } from './alert-signals.ts'
import type { ConversationViewElement } from './conversation-view.ts'
import { FaviconBadge } from './favicon-badge.ts'
import { plusIcon } from './icons.ts'
import { loadExtras } from './load-extras.ts'
import { emit, type PanelEvents } from './panel-events.ts'
import { listen, liveUrl, panelBase } from './panel-place.ts'
import { panelStyles } from './panel-styles.ts'
import { baseStyles, controlStyles, themeStyles } from './theme.ts'
import { ThreadDialogs } from './thread-dialogs.ts'
import { linkedConversation } from './thread-files.ts'

/**
 * The agent's panel. `base` is the folder that the sidecar is mounted at (`https://pbx/parley/`); `token` is what
 * the PBX's portal vouched with, and may be set again before it expires. It speaks the language of its `lang`
 * attribute, else the browser's, as far as there are words in it.
 */
export class AgentPanelElement extends LitElement {
  static override properties = {
    base: { type: String },
    token: { attribute: false },
    state: { state: true },
    draft: { state: true },
    missed: { state: true },
    speechless: { state: true },
  }
  declare base: string
  declare token: string | null
  declare state: AgentState
  declare draft: string
  /** An alert came while he looked elsewhere: the moment to offer notifications. */
  declare missed: boolean
  declare speechless: boolean
  #session: AgentSession | null = null
  #signals: AlertSignals | null = null
  readonly #dialogs = new ThreadDialogs(this, () => this.#session)
  #tabs: AlertTabs | null = null
  readonly #favicon = new FaviconBadge()
  #leave: ReadonlyArray<() => void> = []
  #title = ''
  #unseen = 0

  constructor() {
    super()
    this.base = './'
    this.token = null
    this.state = firstState
    this.draft = ''
    this.missed = false
    this.speechless = true
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#speak(this.lang === '' ? navigator.languages : [this.lang])
    this.#title = document.title
    const signals = new AlertSignals(localStorage)
    this.#signals = signals
    const cameBack = () => {
      this.#session?.hurry()
      this.#session?.look()
    }
    this.#leave = [
      listen(window, 'online', cameBack),
      listen(window, 'focus', cameBack),
      listen(window, 'hashchange', () => this.#openLinked()),
      listen(document, 'visibilitychange', cameBack),
      listen(document, 'pointerdown', () => signals.unlock()),
      listen(document, 'keydown', () => signals.unlock()),
    ]
    if (this.token !== null && this.hasUpdated) this.#start(this.token)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const leave of this.#leave) leave()
    this.#session?.stop()
    this.#session = null
    this.#signals?.close()
    this.#tabs?.close()
    this.#tabs = null
    this.#favicon.restore()
    document.title = this.#title
  }

  /** Says nothing before its words are here, rather than something in another language first. */
  #speak(wanted: readonly string[]): void {
    const take = () => {
      useLanguages(wanted)
      this.lang = language()
      this.speechless = false
    }
    const extras = loadExtras(panelBase(this.base))
    if (!awaitsLanguage(wanted)) take()
    else void extras.then(take)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('token') && this.token !== null) {
      if (this.#session === null) this.#start(this.token)
      else this.#session.renew(this.token)
    }
    if (changed.has('state')) {
      const unseen = unseenCount(this.state)
      document.title = titleWithBadge(this.#title, unseen)
      this.#favicon.show(unseen)
      this.#tellUnseen(unseen)
    }
  }

  /** For the page around, which may show the number where the panel itself can't be seen. */
  #tellUnseen(count: number): void {
    if (count === this.#unseen) return
    this.#unseen = count
    this.dispatchEvent(new CustomEvent('parley-unseen', { detail: count }))
  }

  #start(token: string): void {
    const base = panelBase(this.base)
    const current = () => this.token ?? token
    const session: AgentSession = new AgentSession({
      api: new ApiClient(base.href, current),
      connect: (cursor) => new LiveClient({ url: liveUrl(base), token: current(), cursor }),
      storage: localStorage,
      focused: () => document.visibilityState === 'visible' && document.hasFocus() && this.checkVisibility(),
      onAlert: (kind, id, key) => void this.#alert(session, kind, id, key),
      onSeen: (key) => this.#tabs?.seen(key),
      onOtherPerson: () => this.#startAnew(),
    })
    this.#session = session
    session.state.subscribe((state) => {
      // What a former session still reads is nobody's business any more.
      if (this.#session === session) this.#stateChanged(state)
    })
    void session.start().then(() => this.#openLinked())
  }

  /** Somebody else signed in on this page: nothing of what was open is his. */
  #startAnew(): void {
    this.#session?.stop()
    this.#session = null
    this.#tabs?.close()
    this.#tabs = null
    this.#dialogs.shut()
    this.state = firstState
    this.draft = ''
    this.missed = false
    if (this.token !== null) this.#start(this.token)
  }

  /** A link may lead to one conversation, on a page that is opened or one that is open. */
  #openLinked(): void {
    const id = linkedConversation()
    if (id !== null) this.#session?.open(id)
  }

  #stateChanged(state: AgentState): void {
    const id = state.thread?.conversationId ?? null
    if (id !== (this.state.thread?.conversationId ?? null)) {
      this.draft = id === null ? '' : (this.#session?.drafts.text(id) ?? '')
      this.#dialogs.shut()
    }
    const me = state.me?.extension ?? null
    if (me !== null && this.#tabs === null) this.#tabsOf(me)
    this.state = state
  }

  /** The tabs of one agent, in one browser, call him once. */
  #tabsOf(extension: string): AlertTabs {
    this.#tabs ??= new AlertTabs({
      name: `parley.alerts ${panelBase(this.base).pathname} ${extension}`,
      patienceMs: () => (this.#signals?.canBeHeard === true ? 40 : 300),
    })
    return this.#tabs
  }

  async #alert(
    session: AgentSession,
    kind: 'mention' | 'designated',
    id: string,
    key: string,
  ): Promise<void> {
    const calls = await this.#tabsOf(this.state.me?.extension ?? '').wins(key)
    if (!document.hasFocus()) this.missed = true
    if (calls) this.#signals?.sound()
    const conversation = await session.whenRead(id)
    const from = conversation?.customer.name ?? conversation?.customer.address
    const title = kind === 'mention' ? words().newForYou : words().yoursNow
    session.announce(from === undefined ? title : words().newFrom(title, from))
    const body = conversation === null ? '' : `${from} · ${conversationTitle(conversation)}`
    if (calls) this.#signals?.notify({ title, body, tag: id }, () => session.open(id))
  }

  protected override render() {
    const { state } = this
    if (this.speechless) return nothing
    if (this.token === null) return this.#obstacle(words().openFromPortal)
    if (state.me === null) return this.#obstacle(state.obstacle ?? words().loadingConversations)
    return html`
      <div class="lines">
        <parley-status-line tone="danger" .sentence=${state.obstacle ?? ''}></parley-status-line>
        <parley-status-line .sentence=${state.obstacle === null ? outage(state) : ''}></parley-status-line>
        <parley-status-line tone="danger" dismissable .sentence=${state.notice ?? ''} @parley-dismiss=${() => this.#session?.dismissNotice()}></parley-status-line>
      </div>
      <main
        class=${state.thread === null ? 'browsing' : 'reading'}
        @parley-open=${this.#open}
        @parley-view=${(event: CustomEvent<PanelEvents['parley-view']>) => this.#session?.show(event.detail)}
        @parley-more=${() => this.#session?.loadMore()}
        @parley-trim=${() => this.#session?.trim()}
        @parley-status=${(event: CustomEvent<PanelEvents['parley-status']>) => void this.#session?.mine.setStatus(event.detail)}
        @parley-queue=${this.#actedInQueue}
        @parley-alert-settings=${this.#alertsSet}
        @parley-try-sound=${this.#trySound}
        @parley-allow-notifications=${this.#allowNotifications}
        @parley-older=${() => this.#session?.loadOlder()}
        @parley-draft=${this.#drafted}
        @parley-send=${(event: CustomEvent<PanelEvents['parley-send']>) => this.#session?.send(event.detail)}
        @parley-note=${this.#noted}
        @parley-canned=${() => this.#session?.wantCanned()}
        @parley-retry=${(event: CustomEvent<PanelEvents['parley-retry']>) => this.#session?.retry(event.detail.reply)}
        @parley-discard=${this.#discarded}
      >
        <h1 class="hidden-words">${words().messages}</h1>
        <section class="left" aria-label=${words().conversations}>
          ${this.#listHeader()}
          <parley-conversation-list .state=${state}></parley-conversation-list>
        </section>
        <parley-conversation-view .state=${state} .draft=${this.draft} .attachments=${this.#dialogs.uploads((held, id) => held.of(id)) ?? []} .loadBackTo=${this.#loadBackTo}></parley-conversation-view>
      </main>
      ${this.#dialogs.render()}
      <p class="hidden-words" aria-live="polite">${state.announcement}</p>
    `
  }

  #listHeader(): TemplateResult {
    const signals = this.#signals
    return html`<header>
        <parley-status-menu .state=${this.state}></parley-status-menu>
        <span class="tools">
          <button class="icon-button" aria-label=${words().newConversation} title=${words().newConversation} @click=${() => emit(this, 'parley-new-conversation', null)}>${plusIcon}</button>
          ${signals === null ? nothing : html`<parley-alert-menu .settings=${signals.settings} .leave=${signals.leave}></parley-alert-menu>`}
        </span>
      </header>
      ${
        this.missed && signals?.leave === 'default' && localStorage.getItem(declinedKey) === null
          ? html`<p class="ask">${words().missedOne} <button class="link" @click=${this.#allowNotifications}>${words().allowNotifications}</button> · <button class="link" @click=${this.#decline}>${words().notNow}</button></p>`
          : nothing
      }`
  }

  #obstacle(sentence: string): TemplateResult {
    return html`<main class="obstacle"><p role="status">${sentence}</p></main>`
  }

  async #open({ detail }: CustomEvent<PanelEvents['parley-open']>): Promise<void> {
    const before = this.state.thread?.conversationId
    this.#session?.open(detail.id, detail.wanted ?? null)
    await this.updateComplete
    if (detail.id === null) {
      const list = this.renderRoot.querySelector<LitElement>('parley-conversation-list')
      list?.renderRoot.querySelector<HTMLElement>(`[data-id="${before}"]`)?.focus()
      return
    }
    const view = this.renderRoot.querySelector<ConversationViewElement>('parley-conversation-view')
    await view?.updateComplete
    const listHidden = this.renderRoot.querySelector('.left')?.checkVisibility() === false
    if (listHidden) view?.focusStart()
    // A phone's keyboard would cover what is to be read.
    else if (detail.byPointer && matchMedia('(pointer: fine)').matches) view?.focusComposer()
  }

  #drafted({ detail }: CustomEvent<PanelEvents['parley-draft']>): void {
    this.draft = detail.text
    const id = this.state.thread?.conversationId
    if (id !== undefined) this.#session?.drafts.keepText(id, detail.text)
    if (detail.text !== '') this.#session?.typing()
  }

  async #noted({ detail }: CustomEvent<PanelEvents['parley-note']>): Promise<void> {
    try {
      await this.#session?.note(detail.text, detail.mentions)
    } catch (thrown) {
      detail.refused()
      this.#session?.complain(asApiError(thrown).sentence)
    }
  }

  #actedInQueue({ detail }: CustomEvent<PanelEvents['parley-queue']>): void {
    void this.#session?.mine.actInQueue(detail.number, detail.act, detail.reason)
  }

  #discarded({ detail }: CustomEvent<PanelEvents['parley-discard']>): void {
    this.#session?.discard(detail.reply)
    const id = this.state.thread?.conversationId
    if (!detail.edit || id === undefined) return
    this.draft = this.draft === '' ? detail.reply.text : `${detail.reply.text}\n${this.draft}`
    this.#session?.drafts.keepText(id, this.draft)
  }

  readonly #loadBackTo = (found: () => boolean): Promise<boolean> =>
    this.#session?.loadBackTo(found) ?? Promise.resolve(false)

  async #allowNotifications(): Promise<void> {
    await this.#signals?.askForNotifications()
    this.missed = false
    this.requestUpdate()
  }

  #decline(): void {
    localStorage.setItem(declinedKey, 'yes')
    this.missed = false
  }

  #alertsSet({ detail }: CustomEvent<PanelEvents['parley-alert-settings']>): void {
    this.#signals?.keep(detail)
    this.requestUpdate()
  }

  #trySound(): void {
    const signals = this.#signals
    if (signals === null) return
    signals.unlock()
    const { sound, volume } = signals.settings
    signals.play(sound, volume)
  }

  static override styles = [baseStyles, themeStyles, controlStyles, panelStyles]
}

const declinedKey = 'parley.notifications.declined'

/** What is away, in the order of what hurts most. */
function outage({ live, board }: AgentState): string {
  if (live.kind === 'waiting') return words().offline
  return board.stale ? words().pbxSilent : ''
}
