import { html, type TemplateResult } from 'lit'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import { toneOf } from '../data/presence-board.ts'
import { presenceWords } from '../data/presence-words.ts'
import { words } from '../data/words/words.ts'

/** The dot only repeats the words that stand beside it. */
export const presenceDot = (person: PersonWire): TemplateResult =>
  html`<span class="dot ${toneOf(person)}" title=${presenceWords(person)} aria-hidden="true"></span>`

/** `On a call · queue penalty 5 · panel closed`: what a person's state is, in words. */
export function presenceDetail(person: PersonWire): string {
  const say = words().presence
  const summary = presenceWords(person)
  const details = [summary]
  if (person.paused && person.pausedReason && !summary.includes(person.pausedReason)) {
    details.push(person.pausedReason)
  }
  if (person.loggedIn && !person.panelOpen && summary !== say.phoneOnly) details.push(say.panelClosed)
  if (person.penalty > 0) details.push(say.penalty(person.penalty))
  return details.join(' · ')
}
