import { html, type TemplateResult } from 'lit'
import type { FilledInWire } from '../../module/contract/api/notes-and-canned-replies.ts'
import { words } from '../data/words/words.ts'

/** The canned replies that a slash found, over the composer that keeps the focus. */
export function cannedList(
  offered: readonly FilledInWire[],
  choice: number,
  onUse: (reply: FilledInWire) => void,
): TemplateResult {
  return html`<ul class="choices" id="canned" role="listbox" aria-label=${words().cannedReplies}>
    ${offered.map(
      (reply, index) =>
        html`<li role="option" id="canned-${index}" aria-selected=${index === choice} @mousedown=${(event: Event) => event.preventDefault()} @click=${() => onUse(reply)}>
          <strong>/${reply.shortcut}</strong> ${reply.title}<span class="filled">${reply.text}</span>
        </li>`,
    )}
  </ul>`
}
