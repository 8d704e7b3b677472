import { html, nothing, type TemplateResult } from 'lit'
import type { PendingReply } from '../data/conversation-thread.ts'
import { timeOfDay } from '../data/time-words.ts'
import { words } from '../data/words/words.ts'
import { clockIcon, fileIcon, warningIcon } from './icons.ts'
import { emit } from './panel-events.ts'

/** A reply that Parley has not confirmed yet, where it will stand. `said` is what a quicker colleague wrote. */
export function pendingBubble(host: HTMLElement, reply: PendingReply, said: string): TemplateResult {
  const { media = [], text } = reply
  return html`<li class="message mine pending" data-key=${reply.key}>
    <div class="bubble"><span class="hidden-words">${words().youSay} </span>${media.map(({ name }) => html`<span class="kind">${fileIcon} ${name}</span>`)}<span class="text" dir="auto">${text}</span></div>
    <p class="meta">
      <time dir="auto">${timeOfDay(new Date(reply.at).toISOString())}</time>
      ${
        reply.state === 'stuck'
          ? html`<span class="state failed">${warningIcon}${words().notSent}</span>`
          : html`<span class="state">${clockIcon}${reply.waiting === true ? (reply.sentence ?? words().waitsForNetwork) : words().sending}</span>`
      }
    </p>
    ${reply.state === 'stuck' ? stuck(host, reply, said) : nothing}
  </li>`
}

function stuck(host: HTMLElement, reply: PendingReply, said: string): TemplateResult {
  const discard = (edit: boolean) => () => emit(host, 'parley-discard', { reply, edit })
  const retry = () => emit(host, 'parley-retry', { reply })
  const { answeredBy } = reply
  return html`<p class="failure" role="alert" dir="auto">${reply.sentence}</p>
    ${answeredBy === undefined || said === '' ? nothing : html`<p class="meanwhile">${words().answeredBy(answeredBy)} <q dir="auto">${said}</q></p>`}
    <p class="meta">
      ${answeredBy !== undefined ? html`<button class="link" @click=${retry}>${words().sendAnyway}</button>` : reply.retryable ? html`<button class="link" @click=${retry}>${words().tryAgain}</button>` : nothing}
      <button class="link" @click=${discard(true)}>${words().edit}</button>
      <button class="link" @click=${discard(false)}>${words().discard}</button>
    </p>`
}
