import { css, html, nothing, type TemplateResult } from 'lit'
import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { SearchHitWire } from '../../module/contract/api/search.ts'
import { channelNames } from '../data/message-words.ts'
import { durationWords, fullTime, rowTime } from '../data/time-words.ts'
import { words } from '../data/words/words.ts'
import { avatar } from './avatar.ts'
import { smallMuteIcon, smallPinIcon } from './icons.ts'

/** In px, whatever is in it: the list works out from it which rows to draw. */
export const rowHeight = 76

export interface ConversationRow {
  readonly conversation: ConversationWire
  readonly me: string | null
  readonly now: Date
  readonly selected: boolean
  /** Something for me that I have not looked at yet. */
  readonly unseen: boolean
  /** The one that the Tab key comes to. */
  readonly reachable: boolean
  /** Its place among all rows, counted from 1, and how many there are; -1 where nobody knows. */
  readonly position: number
  readonly setSize: number
  /** What was found in it, in place of the preview. */
  readonly hit: SearchHitWire['message'] | null
  readonly onOpen: (event: MouseEvent) => void
}

export function conversationRow({
  conversation,
  me,
  now,
  selected,
  unseen,
  reachable,
  position,
  setSize,
  hit,
  onOpen,
}: ConversationRow): TemplateResult {
  const { customer, group, channels } = conversation
  const at = hit?.at ?? conversation.activeAt
  return html`<li aria-setsize=${setSize} aria-posinset=${position}>
    <button class="row ${unseen ? 'unseen' : ''}" tabindex=${reachable ? 0 : -1} aria-current=${selected ? 'true' : nothing} data-id=${conversation.id} @click=${onOpen}>
      ${avatar(customer.name, customer.address)}
      <span class="lines">
        <span class="line">
          <span class="who" dir="auto">${customer.name ?? customer.address}</span>
          <time dir="auto" datetime=${at} title=${fullTime(at)}>${rowTime(at, now)}</time>
        </span>
        <span class="line">
          ${
            hit === null
              ? html`<span class="preview" dir="auto">${mentionOf(conversation, me)}${previewWords(conversation)}</span>
                  ${badge(conversation, unseen)}`
              : html`<span class="preview" dir="auto">${hit.direction === 'in' ? nothing : hit.direction === 'out' ? '↩ ' : html`${words().noteHit} `}${marked(hit.snippet)}</span>`
          }
        </span>
        <span class="line small">
          <span class="about" dir="auto">${[channels.map((channel) => channelNames[channel]).join(', '), customer.name === null ? '' : customer.address, group.name].filter((words) => words !== '').join(' · ')}</span>
          <span class="signs">${conversation.pinned ? html`<span class="sign" title=${words().pinned}>${smallPinIcon}<span class="hidden-words">${words().pinned}</span></span>` : nothing}${conversation.muted ? html`<span class="sign" title=${words().muted}>${smallMuteIcon}<span class="hidden-words">${words().muted}</span></span>` : nothing}${waiting(conversation, now)}</span>
        </span>
      </span>
    </button>
  </li>`
}

/** Red with what is for me; quiet with what else I have not read. */
function badge({ unread, mentionsMe }: ConversationWire, unseen: boolean): TemplateResult | typeof nothing {
  if (unseen)
    return html`<span class="badge">${mentionsMe > 0 ? mentionsMe : ''}<span class="hidden-words">${mentionsMe > 0 ? ' ' : ''}${words().newForYouBadge}</span></span>`
  if (unread === 0) return nothing
  return html`<span class="badge quiet">${unread}<span class="hidden-words"> ${words().notRead}</span></span>`
}

function mentionOf({ lastMessage }: ConversationWire, me: string | null): TemplateResult | typeof nothing {
  const mention = lastMessage?.direction === 'in' ? lastMessage.mention : null
  if (mention === null || mention === undefined) return nothing
  return html`<span class="mention ${mention.extension === me ? 'me' : ''}">@${mention.name}</span> `
}

/** The snippet with what was found in it marked. */
function marked({ text, marks }: SearchHitWire['message']['snippet']): (string | TemplateResult)[] {
  const parts: (string | TemplateResult)[] = []
  let at = 0
  for (const [from = 0, to = 0] of marks) {
    if (from < at || to > text.length) continue
    parts.push(text.slice(at, from), html`<mark>${text.slice(from, to)}</mark>`)
    at = to
  }
  parts.push(text.slice(at))
  return parts
}

function previewWords({ lastMessage }: ConversationWire): string {
  if (lastMessage === null) return words().noMessages
  return lastMessage.direction === 'out' ? `↩ ${lastMessage.preview}` : lastMessage.preview
}

function waiting(
  { designated, status, waitingSince }: ConversationWire,
  now: Date,
): TemplateResult | typeof nothing {
  if (status === 'closed') return html`<span class="tag">${words().closed}</span>`
  if (designated !== null) return nothing
  if (waitingSince === null) return html`<span class="tag">${words().unassigned}</span>`
  return html`<span class="tag warning">${words().waiting(durationWords(now.getTime() - Date.parse(waitingSince)))}</span>`
}

export const conversationRowStyles = css`
  .row {
    display: flex;
    gap: 12px;
    width: 100%;
    padding: 10px 12px;
    border-radius: 12px;
    height: 76px;
    overflow: hidden;
    contain: strict;
  }
  .row:hover {
    background: var(--hover);
  }
  .row[aria-current] {
    background: var(--selected);
  }
  .row:focus-visible {
    outline-offset: -2px;
  }
  .lines {
    display: flex;
    flex-direction: column;
    gap: 1px;
    flex: 1;
    min-width: 0;
  }
  .line {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    min-width: 0;
  }
  .line.small,
  time {
    color: var(--muted);
    font-size: 12px;
  }
  .who {
    font-weight: 600;
  }
  .who,
  .preview,
  .about {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  :host(:dir(rtl)) :is(.who, .preview, .about) {
    text-align: right;
  }
  .preview {
    color: var(--muted);
  }
  .unseen .preview {
    color: var(--text);
    font-weight: 550;
  }
  time {
    flex: none;
    white-space: nowrap;
  }
  .badge {
    flex: none;
    min-width: 9px;
    min-height: 9px;
    padding: 0 5px;
    border-radius: 9px;
    background: var(--mention-me);
    color: var(--surface);
    font-size: 11px;
    font-weight: 650;
    line-height: 17px;
    font-variant-numeric: tabular-nums;
  }
  .badge.quiet {
    background: var(--sunken);
    color: var(--muted);
  }
  .signs {
    display: flex;
    align-items: center;
    gap: 6px;
    flex: none;
  }
  .sign {
    color: var(--muted);
  }
  mark {
    border-radius: 3px;
    background: var(--warning-ground);
    color: var(--warning);
    font-weight: 600;
  }
`
