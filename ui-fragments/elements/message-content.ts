import { css, html, nothing, type TemplateResult } from 'lit'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import type { MessageEffect } from '../data/message-effects.ts'
import { textParts } from '../data/text-parts.ts'
import { formatLocale, words } from '../data/words/words.ts'
import { mapIcon, personIcon } from './icons.ts'

export interface Reader {
  readonly me: string | null
  /** What is searched for in this chat. */
  readonly search: string
}

/** A text with its links, its mentions and what was found in it; everything else in it stays text. */
export function richText(
  text: string,
  { me, search }: Reader,
  mentions: MessageWire['mentions'] = [],
): TemplateResult {
  const parts = textParts(text, mentions, search).map((part) => {
    switch (part.kind) {
      case 'words':
        return part.text
      case 'found':
        return html`<mark>${part.text}</mark>`
      case 'mention':
        return html`<span class="mention ${part.extension === me ? 'me' : ''}">${part.text}</span>`
      case 'link':
        return html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow">${part.text}</a>`
      default:
        return part satisfies never
    }
  })
  return html`<span class="text" dir="auto">${parts}</span>`
}

/** What a message says, by its kind. Nothing of it is fetched from anywhere but Parley. */
export function messageContent(
  message: MessageWire,
  reader: Reader,
  effect: MessageEffect | undefined,
): TemplateResult {
  const { location, cards, order, media, notice } = message
  const text = effect?.edited ?? message.text
  const unnamed = message.mentions.filter(({ name }) => !text.includes(`@${name}`))
  return html`${unnamed.map((each) => html`<span class="mention ${each.extension === reader.me ? 'me' : ''}">@${each.name}</span> `)}${label(message)}${
    media.length === 0
      ? nothing
      : html`<span class="files">${media.map((file) => html`<parley-message-media .media=${file}></parley-message-media>`)}</span>`
  }${
    location === undefined
      ? cards !== undefined
        ? cards.map(card)
        : text === ''
          ? nothing
          : richText(text, reader, message.mentions)
      : place(location)
  }${order === undefined ? nothing : orderTable(order)}${notice === null ? nothing : html`<span class="aside">${notice}</span>`}${
    effect?.edited == null
      ? nothing
      : html`<span class="aside">${words().editedBefore} <q>${message.text}</q></span>`
  }${effect?.deleted === true ? html`<span class="aside">${words().deletedByCustomer}</span>` : nothing}`
}

/** What kind of message it is, where its words alone would not say so. */
function label({ kind }: MessageWire): TemplateResult | typeof nothing {
  const names: Partial<Record<MessageWire['kind'], string>> = {
    choice: words().choseButton,
    template: words().template,
    order: words().order,
    reaction: words().reaction,
    edit: words().editedEarlier,
    'carrier-notice': words().carrierNotice,
  }
  const name = names[kind]
  return name === undefined ? nothing : html`<span class="kind">${name}</span>`
}

function place({ latitude, longitude, name, address }: NonNullable<MessageWire['location']>): TemplateResult {
  const at = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`
  return html`<span class="card">${mapIcon}<span class="lines">
    <span class="kind">${words().location}</span>
    ${name === null ? nothing : html`<strong dir="auto">${name}</strong>`}
    ${address === null ? nothing : html`<span dir="auto">${address}</span>`}
    <span>${at}</span>
    <a href=${map} target="_blank" rel="noopener noreferrer nofollow">${words().openMap}</a>
  </span></span>`
}

function card({
  name,
  organisation,
  phones,
  emails,
}: NonNullable<MessageWire['cards']>[number]): TemplateResult {
  return html`<span class="card">${personIcon}<span class="lines">
    <span class="kind">${words().contactCard}</span>
    <strong dir="auto">${name}</strong>
    ${organisation === null ? nothing : html`<span dir="auto">${organisation}</span>`}
    ${[...phones, ...emails].map((each) => html`<bdi dir="ltr">${each}</bdi>`)}
  </span></span>`
}

function orderTable(items: NonNullable<MessageWire['order']>): TemplateResult {
  return html`<span class="order">${items.map(
    ({ product, quantity, price, currency }) =>
      html`<span dir="auto">${new Intl.NumberFormat(formatLocale()).format(quantity)} × ${product}</span><span>${price === null ? nothing : `${price} ${currency ?? ''}`}</span>`,
  )}</span>`
}

export const messageContentStyles = css`
  .text {
    white-space: pre-wrap;
  }
  .bubble a {
    color: inherit;
    text-decoration: underline;
    text-underline-offset: 2px;
  }
  mark {
    border-radius: 3px;
    background: var(--warning-ground);
    color: var(--warning);
    font-weight: 600;
  }
  .kind {
    display: block;
    color: var(--muted);
    font-size: 12px;
    font-weight: 600;
  }
  .mine .kind,
  .mine .aside,
  .mine .card svg {
    color: var(--on-mine-muted);
  }
  .files {
    display: grid;
    gap: 6px;
    justify-items: start;
  }
  .card {
    display: flex;
    gap: 10px;
    padding-block: 3px;
  }
  .card svg {
    margin-top: 2px;
    color: var(--muted);
  }
  .lines {
    display: grid;
    min-width: 0;
  }
  .order {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 2px 16px;
  }
  .aside {
    display: block;
    color: var(--muted);
    font-style: italic;
  }
  .aside q {
    white-space: pre-wrap;
  }
`
