import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { type AgentState, isUnseen } from '../data/agent-state.ts'
import { readingOf, visible } from '../data/conversation-list.ts'
import { type ListRow, rowsByDay, rowsOfSearch } from '../data/list-rows.ts'
import { type Drawn, drawnRange, drawnRows, offsetsOf, rowAt, topToShow } from '../data/virtual-rows.ts'
import { words } from '../data/words/words.ts'
import { avatarStyles } from './avatar.ts'
import { conversationRow, conversationRowStyles, rowHeight } from './conversation-row.ts'
import { listFoot } from './list-foot.ts'
import { listHead, mostCounted } from './list-head.ts'
import { listStyles } from './list-styles.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'

const clockEveryMs = 20_000
const headingHeight = 34
/** Drawn above and below what is seen, so that a quick scroll meets no empty place. */
const sparePx = 400
/** So far from the end the next page is asked for. */
const aheadRows = 25
/** A list longer than this is let go of from its end while its top is looked at. */
const longRows = 600

/**
 * The left side: what to look at, and the conversations under their days. However many there are, only those near
 * what is seen are in the page.
 */
export class ConversationListElement extends LitElement {
  static override properties = { state: { attribute: false }, now: { state: true } }
  static override styles = [baseStyles, controlStyles, avatarStyles, listStyles, conversationRowStyles]

  declare state: AgentState
  /** Waiting times grow while nothing else happens. */
  declare now: Date
  #clock: ReturnType<typeof setInterval> | undefined
  #rows: readonly ListRow[] = []
  #offsets: readonly number[] = [0]
  #drawn: readonly Drawn[] = []
  #top = 0
  #height = 0
  /** The row with the focus, kept in the page wherever it is; and the one that is to get it. */
  #focused: string | null = null
  #toFocus: string | null = null
  #hadFocus = false
  #drawing = false
  /** Down from the last row that is loaded: goes on when there are more. */
  #stepsBelow = 0
  #anchor: { readonly key: string; readonly below: number } | null = null
  readonly #resized = new ResizeObserver(([entry]) => {
    this.#height = entry?.contentRect.height ?? 0
    this.requestUpdate()
  })

  constructor() {
    super()
    this.now = new Date()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#clock = setInterval(() => {
      this.now = new Date()
    }, clockEveryMs)
    if (this.#scroller !== null) this.#resized.observe(this.#scroller)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#clock)
    this.#resized.disconnect()
  }

  protected override firstUpdated(): void {
    if (this.#scroller !== null) this.#resized.observe(this.#scroller)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#drawing = true
    const before = changed.get('state')
    if (before !== undefined && before.view !== this.state.view && listChanged(before, this.state)) {
      this.#toTop()
    }
    if (changed.has('now') || before === undefined || rowsChanged(before, this.state)) this.#arrange()
    const range = drawnRange(this.#offsets, this.#top, this.#height || 800, sparePx)
    this.#drawn = drawnRows(this.#offsets, range, this.#indexOf(this.#focused))
    this.#askAhead(range.to)
  }

  /** Works out the rows anew; what is looked at stays where it is when something comes above it. */
  #arrange(): void {
    const { list, view, me, search } = this.state
    const focusedAt = this.#indexOf(this.#focused)
    this.#anchor = this.#anchorNow()
    this.now = new Date()
    this.#rows =
      view.search.trim() === ''
        ? rowsByDay(visible(list, view, me?.extension ?? null), this.now)
        : rowsOfSearch(search)
    this.#offsets = offsetsOf(this.#rows, ({ kind }) => (kind === 'heading' ? headingHeight : rowHeight))
    this.#keepAnchor()
    this.#keepFocus(focusedAt)
    this.#goOnBelow()
  }

  /** The first row in sight that nothing happened to: those that move away are no place to hold on to. */
  #anchorNow(): { readonly key: string; readonly below: number } | null {
    if (this.#top <= 0) return null
    const { byId } = this.state.list
    for (let index = rowAt(this.#offsets, this.#top); index < this.#rows.length; index++) {
      const row = this.#rows[index]
      if (row?.kind !== 'conversation') continue
      const below = (this.#offsets[index] ?? 0) - this.#top
      if (below > this.#height) return null
      const now = byId.get(row.conversation.id)
      if (row.hit !== null || now?.place === row.conversation.place) return { key: row.key, below }
    }
    return null
  }

  #keepAnchor(): void {
    const index = this.#indexOf(this.#anchor?.key ?? null)
    if (this.#anchor === null || index === null) return
    this.#top = Math.max(0, (this.#offsets[index] ?? 0) - this.#anchor.below)
  }

  /** A row that went away gives the focus to the one in its place. */
  #keepFocus(focusedAt: number | null): void {
    if (!this.#hadFocus || focusedAt === null || this.#indexOf(this.#focused) !== null) return
    const rest = this.#rows.filter(({ kind }) => kind === 'conversation')
    const next =
      this.#rows.slice(focusedAt).find(({ kind }) => kind === 'conversation') ?? rest[rest.length - 1] ?? null
    this.#focused = next?.key ?? null
    this.#toFocus = this.#focused
  }

  #toTop(): void {
    this.#top = 0
    this.#anchor = null
    this.#stepsBelow = 0
    if (this.#scroller !== null) this.#scroller.scrollTop = 0
  }

  #askAhead(drawnTo: number): void {
    const { view, list, search } = this.state
    const searching = view.search.trim() !== ''
    const reading = readingOf(list, view)
    const more = searching ? search.next !== null && !search.asking : reading.started && reading.more
    if (more && drawnTo + aheadRows >= this.#rows.length)
      queueMicrotask(() => emit(this, 'parley-more', null))
    if (!searching && this.#top < rowHeight && this.#rows.length > longRows)
      queueMicrotask(() => emit(this, 'parley-trim', null))
  }

  protected override updated(): void {
    const scroller = this.#scroller
    if (scroller === null) return
    for (const space of this.renderRoot.querySelectorAll<HTMLElement>('.space'))
      space.style.height = `${space.dataset.px}px`
    if (this.#anchor !== null) {
      this.#anchor = null
      if (Math.abs(scroller.scrollTop - this.#top) >= 1) scroller.scrollTop = this.#top
    }
    this.#drawing = false
    this.#focusWanted()
  }

  protected override render() {
    const { view, search } = this.state
    return html`
      ${listHead(this, this.state, this.#searchKeys)}
      <p class="hidden-words" role="status">${view.search.trim() === '' || search.asking ? '' : words().foundCount(this.#size, search.next !== null)}</p>
      <nav class="scroller" aria-label=${words().conversations} @keydown=${this.#keys} @scroll=${this.#scrolled} @focusin=${this.#focusCame} @focusout=${this.#focusWent}>
        ${this.#drawn.length === 0 ? nothing : this.#list()}
        ${listFoot(this, this.state, this.#rows.length === 0)}
      </nav>
    `
  }

  #list(): TemplateResult {
    const size = this.#setSize
    const reachable = this.#reachable
    return html`<ul>
      ${repeat(
        this.#drawn,
        (drawn) =>
          drawn.kind === 'space' ? `space ${this.#drawn.indexOf(drawn)}` : this.#rows[drawn.index]?.key,
        (drawn) => {
          if (drawn.kind === 'space')
            return html`<li class="space" aria-hidden="true" data-px=${drawn.px}></li>`
          const row = this.#rows[drawn.index]
          if (row === undefined) return nothing
          if (row.kind === 'heading') return html`<li><h2 class="day">${row.words}</h2></li>`
          return this.#row(row, size, reachable)
        },
      )}
    </ul>`
  }

  #row(row: Extract<ListRow, { kind: 'conversation' }>, setSize: number, reachable: string | null) {
    const { conversation, hit, position, key } = row
    const now = this.state.list.byId.get(conversation.id) ?? conversation
    return conversationRow({
      conversation: now,
      me: this.state.me?.extension ?? null,
      now: this.now,
      selected: this.state.thread?.conversationId === conversation.id,
      unseen: isUnseen(this.state, now),
      reachable: key === reachable,
      position,
      setSize,
      hit,
      onOpen: ({ detail }) => {
        this.#focused = key
        emit(this, 'parley-open', {
          id: conversation.id,
          byPointer: detail > 0,
          ...(hit === null ? {} : { wanted: hit.id }),
        })
      },
    })
  }

  readonly #searchKeys = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.state.view.search !== '') {
      event.preventDefault()
      emit(this, 'parley-view', { search: '' })
    }
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    this.#goTo(0, 1)
  }

  #scrolled(): void {
    const top = this.#scroller?.scrollTop ?? 0
    if (top === this.#top) return
    this.#top = top
    this.requestUpdate()
  }

  /** Up and down walk the rows, also to those that are not loaded yet. */
  #keys(event: KeyboardEvent): void {
    const index = this.#indexOf(this.#focused)
    if (index === null) return
    const page = Math.max(1, Math.floor(this.#height / rowHeight) - 1)
    const goes: Record<string, readonly [number, number]> = {
      ArrowDown: [index + 1, 1],
      ArrowUp: [index - 1, -1],
      PageDown: [index + page, 1],
      PageUp: [Math.max(0, index - page), 1],
      Home: [0, 1],
      End: [this.#rows.length - 1, -1],
    }
    const go = goes[event.key]
    if (go === undefined) return
    event.preventDefault()
    this.#goTo(...go)
  }

  /** To the row there, or the next one in this direction that is no heading. */
  #goTo(index: number, step: number): void {
    let to = index
    while (this.#rows[to]?.kind === 'heading') to += step
    const row = this.#rows[to]
    if (row === undefined) {
      if (to < 0) return
      if (readingOf(this.state.list, this.state.view).more) this.#stepsBelow += 1
      const last = this.#rows.at(-1)
      if (last !== undefined && last.key !== this.#focused) this.#show(this.#rows.length - 1)
      return
    }
    this.#show(to)
  }

  #goOnBelow(): void {
    const index = this.#indexOf(this.#focused)
    if (this.#stepsBelow === 0 || index === null || index >= this.#rows.length - 1) return
    const to = Math.min(this.#rows.length - 1, index + this.#stepsBelow)
    this.#stepsBelow = 0
    queueMicrotask(() => this.#goTo(to, 1))
  }

  #show(index: number): void {
    const scroller = this.#scroller
    const row = this.#rows[index]
    if (scroller === null || row === undefined) return
    this.#toFocus = row.key
    this.#focused = row.key
    // The first row shows its day as well.
    this.#top = index <= 1 ? 0 : topToShow(this.#offsets, index, scroller.scrollTop, scroller.clientHeight)
    this.#anchor = { key: row.key, below: (this.#offsets[index] ?? 0) - this.#top }
    this.requestUpdate()
  }

  #focusWanted(): void {
    const wanted = this.#toFocus ?? this.#focused
    if (wanted === null) return
    const active = (this.renderRoot as ShadowRoot).activeElement
    // A row that moved is put back into the page, which takes its focus away.
    const lost = this.#hadFocus && active === null
    if (this.#toFocus === null && !lost) return
    this.#toFocus = null
    this.#button(wanted)?.focus({ preventScroll: true })
  }

  #focusCame(event: FocusEvent): void {
    this.#hadFocus = true
    const button = (event.target as HTMLElement).closest<HTMLElement>('.row')
    const key = button === null ? null : this.#keyOf(button)
    if (key === this.#focused) return
    this.#focused = key
    this.requestUpdate()
  }

  #focusWent(event: FocusEvent): void {
    // Taken away by moving the row, nothing follows; by the person, something else has it.
    if (event.relatedTarget === null && this.#drawing) return
    this.#hadFocus = false
  }

  #keyOf(button: HTMLElement): string | null {
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('.row')]
    const at = buttons.indexOf(button)
    const drawn = this.#drawn.filter(
      (one) => one.kind === 'row' && this.#rows[one.index]?.kind === 'conversation',
    )[at]
    return drawn?.kind === 'row' ? (this.#rows[drawn.index]?.key ?? null) : null
  }

  #button(key: string): HTMLElement | null {
    const rows = this.#drawn.filter(
      (one) => one.kind === 'row' && this.#rows[one.index]?.kind === 'conversation',
    )
    const at = rows.findIndex((one) => one.kind === 'row' && this.#rows[one.index]?.key === key)
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.row')][at] ?? null
  }

  /** One row is in the Tab order: that with the focus, else the open one, else the first. */
  get #reachable(): string | null {
    const drawn = new Set(
      this.#drawn.flatMap((one) => (one.kind === 'row' ? (this.#rows[one.index]?.key ?? []) : [])),
    )
    const open = this.state.thread?.conversationId ?? null
    for (const key of [this.#focused, open]) if (key !== null && drawn.has(key)) return key
    for (const one of this.#drawn) {
      const row = one.kind === 'row' ? this.#rows[one.index] : undefined
      if (row?.kind === 'conversation') return row.key
    }
    return null
  }

  get #size(): number {
    const last = this.#rows.at(-1)
    return last?.kind === 'conversation' ? last.position : 0
  }

  /** As far as it is known. */
  get #setSize(): number {
    const { view, list, counts, search } = this.state
    if (view.search.trim() !== '') return search.next === null ? this.#size : -1
    if (!readingOf(list, view).more) return this.#size
    const count = view.filter === 'closed' ? undefined : counts?.[view.filter]
    return count === undefined || count >= mostCounted ? -1 : Math.max(count, this.#size)
  }

  #indexOf(key: string | null): number | null {
    if (key === null) return null
    const index = this.#rows.findIndex((row) => row.key === key)
    return index < 0 ? null : index
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.scroller')
  }
}

/** Another list is looked at, or it is searched, or no more. */
function listChanged({ view: a }: AgentState, { view: b }: AgentState): boolean {
  return a.filter !== b.filter || a.channel !== b.channel || a.group !== b.group || a.search !== b.search
}

const rowsChanged = (a: AgentState, b: AgentState): boolean =>
  a.list !== b.list || a.view !== b.view || a.search !== b.search || a.me !== b.me
