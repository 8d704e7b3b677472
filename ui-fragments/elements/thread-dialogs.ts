import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit'
import type { GroupDetailWire } from '../../module/contract/api/groups.ts'
import type { AgentSession } from '../data/agent-session.ts'
import { type AgentState, openConversation, openPeople } from '../data/agent-state.ts'
import { asApiError } from '../data/api-error.ts'
import type { MessageTemplate } from '../data/thread-desk.ts'
import { chosenWay } from '../data/ways.ts'
import { words } from '../data/words/words.ts'
import type { PanelEvents } from './panel-events.ts'
import { listen } from './panel-place.ts'
import { copyLink, saveTranscript } from './thread-files.ts'
import { groupName } from './timeline-rows.ts'

type Dialog = { readonly problem: string | null; readonly busy: boolean } & (
  | { readonly kind: 'transfer' | 'reassign'; readonly groups: readonly GroupDetailWire[] | null }
  | { readonly kind: 'why'; readonly decision: PanelEvents['parley-why']['decision'] }
  | { readonly kind: 'name' | 'start' }
  | { readonly kind: 'templates'; readonly templates: readonly MessageTemplate[] | null }
)

const calm = { problem: null, busy: false } as const

type Host = ReactiveControllerHost & HTMLElement & { readonly state: AgentState }

/** What is asked and done about the open conversation beyond reading and replying, and the dialogs for it. */
export class ThreadDialogs implements ReactiveController {
  readonly #host: Host
  readonly #session: () => AgentSession | null
  #dialog: Dialog | null = null
  #leave: ReadonlyArray<() => void> = []

  constructor(host: Host, session: () => AgentSession | null) {
    this.#host = host
    this.#session = session
    host.addController(this)
  }

  hostConnected(): void {
    const on = <Name extends keyof PanelEvents>(name: Name, act: (detail: PanelEvents[Name]) => void) =>
      listen(this.#host, name, (event) => act((event as CustomEvent<PanelEvents[Name]>).detail))
    const { uploads } = this
    this.#leave = [
      on('parley-media-link', (asked) => this.#giveAddress(asked)),
      on('parley-media-retry', ({ id }) => this.#do((session, open) => session.desk.retryMedia(open, id))),
      on('parley-send-again', ({ message }) =>
        this.#do((session, open) => session.desk.sendAgain(open, message)),
      ),
      on('parley-attach', ({ files }) => {
        const refused = uploads((held, id) => held.add(id, files))
        if (refused != null) this.#session()?.complain(refused)
      }),
      on('parley-detach', ({ key }) => void uploads((held, id) => held.remove(id, key))),
      on('parley-attach-retry', ({ key }) => void uploads((held, id) => held.retry(id, key))),
      on('parley-newer', () => this.#session()?.loadNewer()),
      on('parley-newest', () => this.#session()?.toNewest()),
      on('parley-way', ({ key }) => this.#session()?.chooseWay(key)),
      on('parley-note-draft', ({ text }) => this.#session()?.keepNote(text)),
      on('parley-templates', () => void this.#openTemplates()),
      on('parley-template', ({ text, template }) => this.#sendTemplate(text, template)),
      on('parley-new-conversation', () => this.#show({ kind: 'start', ...calm })),
      on('parley-start', (body) => void this.#start(body)),
      on(
        'parley-name',
        ({ name }) => void this.#settle((session, id) => session.desk.nameCustomer(id, name)),
      ),
      on('parley-transfer', (wanted) => void this.#hand(wanted)),
      on('parley-why', ({ decision }) => this.#show({ kind: 'why', decision, ...calm })),
      on('parley-action', ({ action }) => this.#act(action)),
      on('parley-dialog-closed', () => this.#show(null)),
    ]
  }

  hostDisconnected(): void {
    for (const leave of this.#leave) leave()
    this.#leave = []
  }

  /** Another conversation is open: what was asked about the last one is over. */
  shut(): void {
    this.#show(null)
  }

  readonly uploads = <T>(act: (uploads: AgentSession['uploads'], id: string) => T): T | null => {
    const session = this.#session()
    const id = this.#open
    return session === null || id === null ? null : act(session.uploads, id)
  }

  get #open(): string | null {
    return this.#host.state.thread?.conversationId ?? null
  }

  #show(dialog: Dialog | null): void {
    this.#dialog = dialog
    this.#host.requestUpdate()
  }

  render(): TemplateResult | typeof nothing {
    const dialog = this.#dialog
    const { state } = this.#host
    const conversation = openConversation(state)
    const me = state.me?.extension ?? null
    if (dialog === null) return nothing
    const { problem, busy } = dialog
    switch (dialog.kind) {
      case 'why':
        return html`<parley-decision-dialog .decision=${dialog.decision} .me=${me}></parley-decision-dialog>`
      case 'transfer':
      case 'reassign':
        return html`<parley-transfer-dialog .people=${openPeople(state)} .groups=${dialog.groups} .here=${conversation?.group ?? null} .me=${me ?? ''} .designated=${conversation?.designated?.extension ?? null} .reassigning=${dialog.kind === 'reassign'} .problem=${problem} .busy=${busy}></parley-transfer-dialog>`
      case 'name':
        return html`<parley-name-dialog .address=${conversation?.customer.address ?? ''} .name=${conversation?.customer.name ?? ''} .problem=${problem} .busy=${busy}></parley-name-dialog>`
      case 'start':
        return html`<parley-start-dialog .groups=${state.me?.groups ?? []} .numbers=${knownNumbers(state)} .problem=${problem} .busy=${busy}></parley-start-dialog>`
      case 'templates':
        return html`<parley-template-dialog .templates=${dialog.templates} .problem=${problem}></parley-template-dialog>`
      default:
        return dialog satisfies never
    }
  }

  #act(action: PanelEvents['parley-action']['action']): void {
    const session = this.#session()
    const conversation = openConversation(this.#host.state)
    if (session === null || conversation === null) return
    switch (action) {
      case 'transfer':
      case 'reassign':
        this.#show({ kind: action, groups: null, ...calm })
        if (action === 'transfer') void this.#readGroups(session)
        return
      case 'name':
        this.#show({ kind: 'name', ...calm })
        return
      case 'copy-link':
        void copyLink(conversation.id).then((sentence) => {
          session.complain(sentence)
          session.announce(sentence)
        })
        return
      case 'export-text':
      case 'export-json':
        session.announce(words().exporting)
        this.#do(async () => {
          const kind = action === 'export-text' ? 'text' : 'json'
          saveTranscript(conversation, kind, await session.desk.transcript(conversation, kind))
          session.announce(words().exported)
        })
        return
      case 'search':
        return
      default:
        session[action]()
    }
  }

  async #readGroups(session: AgentSession): Promise<void> {
    try {
      const groups = await session.desk.transferGroups()
      if (this.#dialog?.kind === 'transfer') this.#show({ ...this.#dialog, groups })
    } catch (thrown) {
      const problem = asApiError(thrown).sentence
      if (this.#dialog?.kind === 'transfer') this.#show({ ...this.#dialog, groups: [], problem })
    }
  }

  async #hand({ to, group, note }: PanelEvents['parley-transfer']): Promise<void> {
    const dialog = this.#dialog
    const { state } = this.#host
    const whom =
      openPeople(state).find(({ extension }) => extension === to)?.name ?? to ?? words().whomItFinds
    const done = await this.#settle((session) => {
      if (group !== null) return session.transferToGroup(group, to, note)
      return dialog?.kind === 'reassign' || to === null
        ? session.reassign(to, note)
        : session.transfer(to, note)
    })
    if (!done) return
    const said = group === null ? words().transferredTo(whom) : words().transferredToGroup(groupName(group))
    this.#session()?.announce(said)
  }

  async #start(body: PanelEvents['parley-start']): Promise<void> {
    await this.#settle(async (session) => {
      const { id } = await session.desk.start(body)
      session.open(id)
    }, '')
  }

  async #openTemplates(): Promise<void> {
    const session = this.#session()
    const { thread } = this.#host.state
    const way = thread === null ? null : chosenWay(thread)
    if (session === null || thread === null || way === null) return
    const dialog = { kind: 'templates', templates: null, ...calm } as const
    this.#show(dialog)
    try {
      const templates = await session.desk.templates(thread.conversationId, way)
      if (this.#dialog === dialog) this.#show({ ...dialog, templates })
    } catch (thrown) {
      if (this.#dialog === dialog) this.#show({ ...dialog, problem: asApiError(thrown).sentence })
    }
  }

  #sendTemplate(text: string, template: PanelEvents['parley-template']['template']): void {
    const { thread } = this.#host.state
    const way = thread === null ? null : chosenWay(thread)
    if (way === null) return
    const via = { carrierId: way.carrierId, channel: way.channel, did: way.did }
    this.#session()?.send({ text, template, via })
  }

  /** Does what an open dialog asks, closes it when that is done, and shows in it why not. */
  async #settle(
    act: (session: AgentSession, id: string) => Promise<void>,
    id = this.#open,
  ): Promise<boolean> {
    const session = this.#session()
    const asked = this.#dialog
    if (session === null || id === null || asked === null) return false
    const busy = { ...asked, problem: null, busy: true }
    this.#show(busy)
    try {
      await act(session, id)
      if (this.#dialog?.kind === asked.kind) this.#show(null)
      return true
    } catch (thrown) {
      if (this.#dialog === busy) this.#show({ ...asked, problem: asApiError(thrown).sentence, busy: false })
      return false
    }
  }

  /** For what nobody waits for: a refusal becomes the notice. */
  #do(act: (session: AgentSession, id: string) => Promise<void>): void {
    const session = this.#session()
    const id = this.#open
    if (session === null || id === null) return
    act(session, id).catch((thrown: unknown) => session.complain(asApiError(thrown).sentence))
  }

  #giveAddress({ id, afresh, give }: PanelEvents['parley-media-link']): void {
    this.#do(async (session) => give(await session.desk.mediaAddress(id, afresh)))
  }
}

/** Business numbers that show in what is open. */
function knownNumbers({ thread }: AgentState): readonly string[] {
  const numbers = [
    ...(thread?.ways.map(({ did }) => did) ?? []),
    ...(thread?.messages.map(({ did }) => did ?? '') ?? []),
  ]
  return [...new Set(numbers)].filter((number) => number !== '')
}
