import { css, html, nothing, type TemplateResult } from 'lit'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import type { MessageEffect } from '../data/message-effects.ts'
import { channelNames } from '../data/message-words.ts'
import { fullTime, timeOfDay } from '../data/time-words.ts'
import { words } from '../data/words/words.ts'
import { checkIcon, clockIcon, doubleCheckIcon, warningIcon } from './icons.ts'
import { messageContent } from './message-content.ts'
import { presenceDot } from './presence.ts'

export interface MessageBubble {
  readonly message: MessageWire
  readonly me: string | null
  /** The colleague who wrote it, as he is now. */
  readonly author: PersonWire | null
  /** It follows one of the same author: his name need not stand again. */
  readonly continues: boolean
  /** What the customer did to it since. */
  readonly effect: MessageEffect | undefined
  /** The message that it quotes, where it is loaded. */
  readonly quoted: MessageWire | undefined
  readonly search: string
  /** Sends a failed one again. */
  readonly onSendAgain: (message: MessageWire) => void
  readonly onQuoted: (id: string) => void
}

/** Customers and colleagues on the left, mine on the right. */
export function messageBubble(bubble: MessageBubble): TemplateResult {
  const { message, me, author, continues, effect, search, onSendAgain } = bubble
  const side = sideOf(message, me)
  const own = message.direction === 'out' && side === 'mine'
  return html`<li class="message ${side} ${continues ? 'continues' : ''}" data-id=${message.id} data-key=${message.id}>
    ${(side === 'colleague' || side === 'note') && !continues ? authorLine(message, author) : nothing}
    <div class="bubble ${effect?.deleted === true ? 'deleted' : ''}">${own ? html`<span class="hidden-words">${words().youSay} </span>` : nothing}${quote(bubble)}${mention(message, me)}${messageContent(message, { me, search }, effect)}</div>
    ${
      effect === undefined || effect.reactions.length === 0
        ? nothing
        : html`<p class="reactions"><span class="hidden-words">${words().reaction} </span>${effect.reactions.map((emoji) => html`<span>${emoji}</span>`)}</p>`
    }
    <p class="meta">${meta(message, effect)}</p>
    ${message.failure === null ? nothing : html`<p class="failure" dir="auto">${message.failure.sentence}</p>`}
    ${
      own && (message.state === 'failed' || message.state === 'unknown')
        ? html`<p class="meta"><button class="link" @click=${() => onSendAgain(message)}>${words().sendAgain}</button></p>`
        : nothing
    }
  </li>`
}

function sideOf({ direction, author }: MessageWire, me: string | null): string {
  if (direction === 'in') return 'inbound'
  if (direction === 'note') return 'note'
  return author.extension === me && me !== null ? 'mine' : 'colleague'
}

/** Clicking it leads to what was quoted, where that is loaded. */
function quote({ message, quoted, onQuoted }: MessageBubble): TemplateResult | typeof nothing {
  const { repliesTo } = message
  if (repliesTo == null) return nothing
  const text = html`${quoted === undefined ? nothing : html`<strong>${quoted.author.name}</strong>`}<span dir="auto">${repliesTo.preview === '' ? words().quotesEarlier : repliesTo.preview}</span>`
  return quoted === undefined
    ? html`<span class="quote">${text}</span>`
    : html`<button class="quote" @click=${() => onQuoted(quoted.id)}>${text}</button>`
}

function authorLine({ author }: MessageWire, person: PersonWire | null): TemplateResult {
  const presence =
    person === null
      ? nothing
      : html`${presenceDot(person)}<span class="hidden-words">, ${person.summary}</span>`
  return html`<p class="author">${author.name}${presence}</p>`
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

const apartMs = 60_000

function meta(message: MessageWire, effect: MessageEffect | undefined): TemplateResult {
  return html`${times(message)}
    ${message.channel === null ? html`<span>${words().noteNotSent}</span>` : html`<span>${way(message)}</span>`}
    ${effect?.edited == null ? nothing : html`<span>${words().edited}</span>`}
    ${message.state === null ? nothing : delivery(message.state)}`
}

/** When it came here; where its carrier had it much earlier, also when that was. */
function times({ at, carrierAt }: MessageWire): TemplateResult {
  const sent = carrierAt === null ? '' : `\n${words().carrierTime(fullTime(carrierAt))}`
  const late = carrierAt !== null && Date.parse(at) - Date.parse(carrierAt) > apartMs
  return html`<time dir="auto" datetime=${at} title="${fullTime(at)}${sent}">${timeOfDay(at)}</time>
    ${late ? html`<span>${words().carrierTime(timeOfDay(carrierAt))}</span>` : nothing}`
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
  .bubble .mention.me {
    padding: 1px 6px;
    margin-inline-start: -4px;
    border-radius: 6px;
    background: var(--mention-me-ground);
  }
  .bubble.deleted .text {
    text-decoration: line-through;
    text-decoration-color: var(--muted);
  }
  .quote {
    display: grid;
    margin-block: 2px 6px;
    padding: 4px 10px;
    border-inline-start: 3px solid var(--accent);
    border-radius: 6px;
    background: var(--sunken);
    color: var(--text);
    font-size: 13px;
  }
  .reactions {
    display: flex;
    gap: 4px;
    margin: -6px 8px 0;
  }
  .reactions span:not(.hidden-words) {
    padding: 0 7px;
    border: 1px solid var(--line);
    border-radius: 999px;
    background: var(--surface);
    font-size: 15px;
    z-index: 1;
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
  .meanwhile {
    margin: 2px 5px 0;
    color: var(--text);
    font-size: 13px;
  }
  .failure {
    margin: 2px 5px 0;
    font-size: 13px;
  }
`
