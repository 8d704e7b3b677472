import { html, nothing, type TemplateResult } from 'lit'
import type { PendingReply } from '../data/conversation-thread.ts'
import { timeOfDay } from '../data/time-words.ts'
import { words } from '../data/words/words.ts'
import { clockIcon, warningIcon } from './icons.ts'
import { emit } from './panel-events.ts'

/** A reply that Parley has not confirmed yet, where it will stand. */
export function pendingBubble(host: HTMLElement, reply: PendingReply): TemplateResult {
  return html`<li class="message mine pending">
    <div class="bubble"><span class="hidden-words">${words().youSay} </span><span class="text">${reply.text}</span></div>
    <p class="meta">
      <time>${timeOfDay(new Date(reply.at).toISOString())}</time>
      ${
        reply.state === 'stuck'
          ? html`<span class="state failed">${warningIcon}${words().notSent}</span>`
          : html`<span class="state">${clockIcon}${words().sending}</span>`
      }
    </p>
    ${reply.state === 'stuck' ? stuck(host, reply) : nothing}
  </li>`
}

function stuck(host: HTMLElement, reply: PendingReply): TemplateResult {
  const discard = (edit: boolean) => () => emit(host, 'parley-discard', { reply, edit })
  return html`<p class="failure">${reply.sentence}</p>
    <p class="meta">
      ${reply.retryable ? html`<button class="link" @click=${() => emit(host, 'parley-retry', { reply })}>${words().tryAgain}</button>` : nothing}
      <button class="link" @click=${discard(true)}>${words().edit}</button>
      <button class="link" @click=${discard(false)}>${words().discard}</button>
    </p>`
}
