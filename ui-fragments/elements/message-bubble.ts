import { css, html, nothing, type TemplateResult } from 'lit'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import { channelNames, mediaWords } from '../data/message-words.ts'
import { fullTime, timeOfDay } from '../data/time-words.ts'
import { words } from '../data/words/words.ts'
import { checkIcon, clockIcon, doubleCheckIcon, warningIcon } from './icons.ts'
import { presenceDot } from './presence.ts'

export interface MessageBubble {
  readonly message: MessageWire
  readonly me: string | null
  /** The colleague who wrote it, as he is now. */
  readonly author: PersonWire | null
  /** It follows one of the same author: his name need not stand again. */
  readonly continues: boolean
  /** Sends a failed one of mine as a new message. */
  readonly onSendAgain: (text: string) => void
}

/** Customers and colleagues on the left, mine on the right. */
export function messageBubble({
  message,
  me,
  author,
  continues,
  onSendAgain,
}: MessageBubble): TemplateResult {
  const side =
    message.direction === 'in'
      ? 'inbound'
      : message.direction === 'note'
        ? 'note'
        : message.author.extension === me && me !== null
          ? 'mine'
          : 'colleague'
  return html`<li class="message ${side} ${continues ? 'continues' : ''}" data-id=${message.id}>
    ${(side === 'colleague' || side === 'note') && !continues ? authorLine(message, author) : nothing}
    <div class="bubble">${side === 'mine' ? html`<span class="hidden-words">${words().youSay} </span>` : nothing}${content(message, me)}</div>
    <p class="meta">${meta(message)}</p>
    ${message.failure === null ? nothing : html`<p class="failure">${message.failure.sentence}</p>`}
    ${
      side === 'mine' && message.state === 'failed'
        ? html`<p class="meta"><button class="link" @click=${() => onSendAgain(message.text)}>${words().sendAgain}</button></p>`
        : nothing
    }
  </li>`
}

function authorLine({ author }: MessageWire, person: PersonWire | null): TemplateResult {
  const presence =
    person === null
      ? nothing
      : html`${presenceDot(person)}<span class="hidden-words">, ${person.summary}</span>`
  return html`<p class="author">${author.name}${presence}</p>`
}

function content(message: MessageWire, me: string | null): TemplateResult {
  const media = mediaWords(message.media)
  return html`${mention(message, me)}${message.mentions.map((each) => html`<span class="mention ${each.extension === me ? 'me' : ''}">@${each.name}</span> `)}${message.text === '' ? nothing : html`<span class="text">${message.text}</span>`}${
    media === '' ? nothing : html`<span class="aside">${media}</span>`
  }${message.notice === null ? nothing : html`<span class="aside">${message.notice}</span>`}`
}

/** Fixed when the message came: red for the reader, blue for anyone else, and the name in both. */
function mention(
  { direction, mention: extension, mentionName }: MessageWire,
  me: string | null,
): TemplateResult | typeof nothing {
  if (direction !== 'in' || extension === null) return nothing
  const mine = extension === me
  return html`<span class="mention ${mine ? 'me' : ''}">@${mentionName ?? extension}</span>${
    mine ? html`<span class="hidden-words"> ${words().isYou}</span>` : nothing
  } `
}

function meta(message: MessageWire): TemplateResult {
  return html`<time datetime=${message.at} title=${fullTime(message.at)}>${timeOfDay(message.at)}</time>
    ${message.channel === null ? html`<span>${words().noteNotSent}</span>` : html`<span>${way(message)}</span>`}
    ${message.state === null ? nothing : delivery(message.state)}`
}

function way({ channel, direction, did }: MessageWire): string {
  const name = channel === null ? '' : channelNames[channel]
  return direction === 'in' ? words().wayTo(name, did ?? '') : words().wayFrom(name, did ?? '')
}

function delivery(state: NonNullable<MessageWire['state']>): TemplateResult {
  const icons = {
    queued: clockIcon,
    sending: clockIcon,
    accepted: checkIcon,
    sent: checkIcon,
    delivered: doubleCheckIcon,
    read: doubleCheckIcon,
    failed: warningIcon,
    unknown: warningIcon,
  }
  return html`<span class="state ${state}">${icons[state]}${words().delivery[state]}</span>`
}

export const messageBubbleStyles = css`
  .message {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    max-width: min(76%, 620px);
    margin-top: 14px;
  }
  .message.continues {
    margin-top: 4px;
  }
  .message.mine {
    align-items: flex-end;
    align-self: flex-end;
  }
  .author {
    display: flex;
    align-items: center;
    gap: 6px;
    margin: 0 0 3px 4px;
    font-size: 13px;
    font-weight: 600;
  }
  .bubble {
    max-width: 100%;
    padding: 8px 13px;
    border-radius: 16px;
    border-end-start-radius: 5px;
    background: var(--inbound);
    border: 1px solid var(--line);
    box-shadow: var(--shadow);
    overflow-wrap: anywhere;
  }
  .colleague .bubble {
    background: var(--colleague);
    border-color: transparent;
    box-shadow: none;
  }
  .mine .bubble {
    border-radius: 16px;
    border-end-end-radius: 5px;
    background: var(--mine);
    border-color: transparent;
    color: var(--on-mine);
    box-shadow: none;
  }
  .note .bubble {
    background: var(--warning-ground);
    border: 1px dashed var(--warning);
    box-shadow: none;
  }
  .text {
    white-space: pre-wrap;
  }
  .bubble .mention.me {
    padding: 1px 6px;
    margin-inline-start: -4px;
    border-radius: 6px;
    background: var(--mention-me-ground);
  }
  .aside {
    display: block;
    color: var(--muted);
    font-style: italic;
  }
  .meta {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 8px;
    margin: 3px 5px 0;
    color: var(--muted);
    font-size: 12px;
  }
  .mine .meta {
    justify-content: flex-end;
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 3px;
  }
  .state.read {
    color: var(--accent);
  }
  .state.failed,
  .failure {
    color: var(--danger);
  }
  .state.unknown {
    color: var(--warning);
  }
  .failure {
    margin: 2px 5px 0;
    font-size: 13px;
  }
`
