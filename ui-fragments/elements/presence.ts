import { html, type TemplateResult } from 'lit'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import { toneOf } from '../data/presence-board.ts'

/** The dot only repeats the words that stand beside it. */
export const presenceDot = (person: PersonWire): TemplateResult =>
  html`<span class="dot ${toneOf(person)}" title=${person.summary} aria-hidden="true"></span>`

/** `On a call · queue penalty 5 · panel closed`: what a person's state is, in words. */
export function presenceDetail(person: PersonWire): string {
  const details = [person.summary]
  if (person.paused && person.pausedReason && !person.summary.includes(person.pausedReason)) {
    details.push(person.pausedReason)
  }
  if (person.loggedIn && !person.panelOpen && person.summary !== 'Phone only') details.push('panel closed')
  if (person.penalty > 0) details.push(`penalty ${person.penalty}`)
  return details.join(' · ')
}
