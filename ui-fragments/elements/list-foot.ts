import { html, nothing, type TemplateResult } from 'lit'
import type { AgentState } from '../data/agent-state.ts'
import { type ListView, readingOf } from '../data/conversation-list.ts'
import { words } from '../data/words/words.ts'
import { emit } from './panel-events.ts'

/** Under the rows: what is being loaded, or why there are none. */
export function listFoot(
  host: HTMLElement,
  { view, list, search }: AgentState,
  empty: boolean,
): TemplateResult | typeof nothing {
  if (view.search.trim() !== '') return searchFoot(host, view.search, search, empty)
  const { started, more } = readingOf(list, view)
  if (!started || (more && empty)) return loading(empty, words().loading)
  if (empty) return html`<p class="empty">${emptyWords(view)}</p>`
  return more ? loading(false, words().loading) : nothing
}

const loading = (empty: boolean, sentence: string): TemplateResult =>
  html`<p class=${empty ? 'empty' : 'loading'}>${sentence}</p>`

function searchFoot(
  host: HTMLElement,
  wanted: string,
  { problem, asking, text }: AgentState['search'],
  empty: boolean,
): TemplateResult | typeof nothing {
  const again = () => {
    emit(host, 'parley-view', { search: '' })
    emit(host, 'parley-view', { search: wanted })
  }
  if (problem !== null)
    return html`<p class="empty" role="alert">${words().searchFailed} ${problem}<br /><button class="button small" @click=${again}>${words().tryAgain}</button></p>`
  if (asking || text !== wanted.trim()) return loading(empty, words().searching)
  if (!empty) return nothing
  return html`<p class="empty">${words().nothingFound(text)}<span class="hint">${words().searchHint}</span></p>`
}

function emptyWords({ filter, channel }: ListView): string {
  if (channel !== 'any') return words().noneByChannel
  return {
    all: words().noneOpen,
    mine: words().noneMine,
    unassigned: words().noneWaiting,
    closed: words().noneClosed,
  }[filter]
}
