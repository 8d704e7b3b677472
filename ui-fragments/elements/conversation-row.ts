import { css, html, nothing, type TemplateResult } from 'lit'
import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import { channelNames } from '../data/message-words.ts'
import { durationWords, fullTime, rowTime } from '../data/time-words.ts'
import { words } from '../data/words/words.ts'
import { avatar } from './avatar.ts'

export interface ConversationRow {
  readonly conversation: ConversationWire
  readonly me: string | null
  readonly now: Date
  readonly selected: boolean
  /** Something for me that I have not looked at yet. */
  readonly unseen: boolean
  readonly onOpen: (event: MouseEvent) => void
}

export function conversationRow({
  conversation,
  me,
  now,
  selected,
  unseen,
  onOpen,
}: ConversationRow): TemplateResult {
  const { customer, lastMessage, group, channels } = conversation
  const at = lastMessage?.at ?? conversation.openedAt
  return html`<li>
    <button class="row ${unseen ? 'unseen' : ''}" aria-current=${selected ? 'true' : nothing} data-id=${conversation.id} @click=${onOpen}>
      ${avatar(customer.name, customer.address)}
      <span class="lines">
        <span class="line">
          <span class="who">${customer.name ?? customer.address}</span>
          <time datetime=${at} title=${fullTime(at)}>${rowTime(at, now)}</time>
        </span>
        <span class="line">
          <span class="preview">${mentionOf(conversation, me)}${previewWords(conversation)}</span>
          ${badge(conversation, unseen)}
        </span>
        <span class="line small">
          <span class="about">${[channels.map((channel) => channelNames[channel]).join(', '), customer.name === null ? '' : customer.address, group.name].filter((words) => words !== '').join(' · ')}</span>
          ${waiting(conversation, now)}
        </span>
      </span>
    </button>
  </li>`
}

/** Red with what is for me; quiet with what else I have not read. */
function badge(
  { unread, mentionsMe, muted }: ConversationWire,
  unseen: boolean,
): TemplateResult | typeof nothing {
  if (unseen)
    return html`<span class="badge">${mentionsMe > 0 ? mentionsMe : ''}<span class="hidden-words">${mentionsMe > 0 ? ' ' : ''}${words().newForYouBadge}</span></span>`
  if (unread === 0) return muted ? html`<span class="muted">${words().muted}</span>` : nothing
  return html`<span class="badge quiet">${unread}<span class="hidden-words"> ${words().notRead}</span></span>`
}

function mentionOf({ lastMessage }: ConversationWire, me: string | null): TemplateResult | typeof nothing {
  const mention = lastMessage?.direction === 'in' ? lastMessage.mention : null
  if (mention === null || mention === undefined) return nothing
  return html`<span class="mention ${mention.extension === me ? 'me' : ''}">@${mention.name}</span> `
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
    content-visibility: auto;
    contain-intrinsic-size: auto 80px;
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
  .muted {
    color: var(--muted);
    font-size: 12px;
  }
`
