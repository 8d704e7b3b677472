import { html, nothing, type TemplateResult } from 'lit'
import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import { decisionLine, whyQuestion } from '../data/decision-words.ts'
import { fullTime, timeOfDay } from '../data/time-words.ts'
import type { StatusEntry } from '../data/timeline.ts'
import { words } from '../data/words/words.ts'
import { emit } from './panel-events.ts'

const when = (at: string): TemplateResult =>
  html`<time datetime=${at} title=${fullTime(at)}>${timeOfDay(at)}</time>`

const noted = (note: string | null): TemplateResult | typeof nothing =>
  note === null ? nothing : html`<q>${note}</q>`

/** What Parley noted by itself. */
export const noticeLine = ({ id, text, at }: MessageWire): TemplateResult =>
  html`<li class="decision" data-key=${id}><span>${text}</span> · ${when(at)}</li>`

export const decisionRow = (host: HTMLElement, decision: DecisionWire, me: string | null): TemplateResult =>
  html`<li class="decision" data-key=${decision.id}>
    <span>${decisionLine(decision, me)}</span> · ${when(decision.at)} ·
    <button class="link" @click=${() => emit(host, 'parley-why', { decision })}>${whyQuestion(decision, me)}</button>
    ${noted(decision.note)}
  </li>`

export function statusRow(host: HTMLElement, entry: StatusEntry): TemplateResult {
  const { id, at, note, other } = entry
  return html`<li class="decision" data-key=${id}>
    <span>${statusWords(entry)}</span> · ${when(at)}
    ${other === null ? nothing : html`· <button class="link" @click=${() => emit(host, 'parley-open', { id: other.id, byPointer: false })}>${words().openOther}</button>`}
    ${noted(note)}
  </li>`
}

function statusWords({ actor, status, other, sentence }: StatusEntry): string {
  const closed = status === 'closed'
  if (other !== null)
    return (closed ? words().movedTo : words().movedFrom)(groupName(other.group), actor.name)
  if (actor.kind === 'customer') return words().reopenedByCustomer
  if (status === null) return sentence
  if (actor.kind === 'pbx') return closed ? words().closedItself : words().reopenedBy(actor.name)
  return closed ? words().closedBy(actor.name) : words().reopenedBy(actor.name)
}

export const groupName = ({ name, number }: GroupWire): string => (name === '' ? number : name)

export const groupRow = (key: string, group: GroupWire, before: boolean): TemplateResult =>
  html`<li class="group" data-key=${key}>${(before ? words().earlierIn : words().fromHere)(groupName(group))}</li>`
