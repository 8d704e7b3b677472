import type { Extension, Millis } from './ids.ts'
import { fileTooLargeSentence, sizeWords } from './message/file-size.ts'

/** Everything a person can be refused. The code is stable; the sentence says what to do. */
export type Failure =
  | {
      readonly code: 'not-found'
      readonly what:
        | 'conversation'
        | 'message'
        | 'decision'
        | 'rule'
        | 'carrier'
        | 'canned reply'
        | 'unrouted message'
        | 'group'
        | 'agent'
        | 'queue'
        | 'file'
        | 'raw event'
    }
  | { readonly code: 'not-designated'; readonly designated: { extension: Extension; name: string } | null }
  | {
      readonly code: 'stale-version'
      readonly current: number
      readonly designated: string | null
      /** The change that came first; left out where nobody knows it. */
      readonly changed?: { readonly by: string; readonly at: Millis; readonly agoMs: Millis }
    }
  | { readonly code: 'not-a-member'; readonly extension: string }
  | { readonly code: 'already-designated'; readonly designated: { extension: Extension; name: string } }
  | { readonly code: 'cannot-be-answered'; readonly sender: string }
  | { readonly code: 'no-way-back' }
  | { readonly code: 'empty-message' }
  | { readonly code: 'idempotency-key-reused' }
  /** A colleague's reply came between what the writer had seen and his own. */
  | {
      readonly code: 'answered-meanwhile'
      readonly by: string
      readonly at: Millis
      readonly agoMs: Millis
    }
  | { readonly code: 'conversation-closed' }
  | { readonly code: 'not-an-agent' }
  | { readonly code: 'time-is-past' }
  /** To a queue. */
  | { readonly code: 'not-logged-in' }
  | { readonly code: 'always-logged-in' }
  /** The reason is a sentence. */
  | { readonly code: 'pbx-refused'; readonly reason: string }
  | { readonly code: 'pbx-away' }
  /** It broke off while the PBX was at it. */
  | { readonly code: 'pbx-unsure' }
  /** The customer wants nothing from this DID. */
  | { readonly code: 'opted-out'; readonly did: string }
  | { readonly code: 'too-many-pins'; readonly most: number }
  /** In a canned reply's text, at this position, counted from 1. */
  | { readonly code: 'unknown-variable'; readonly variable: string; readonly position: number }
  | { readonly code: 'shortcut-taken'; readonly shortcut: string }
  | { readonly code: 'no-such-group'; readonly group: string }
  | { readonly code: 'not-a-supervisor' }
  | { readonly code: 'same-group' }
  | { readonly code: 'no-such-sender'; readonly from: string | null }
  | { readonly code: 'stale-settings'; readonly current: number }
  /** The carrier takes free texts only for so long after the customer's last message. */
  | { readonly code: 'window-closed'; readonly channel: string; readonly hours: number }
  | { readonly code: 'too-long'; readonly longest: number; readonly length: number }
  | {
      readonly code: 'template'
      readonly why:
        | { readonly kind: 'unknown'; readonly name: string; readonly language: string }
        | {
            readonly kind: 'variables'
            readonly missing: readonly string[]
            readonly strange: readonly string[]
          }
        | { readonly kind: 'unavailable'; readonly sentence: string }
    }
  /** Only what failed, or may have, is sent again. */
  | { readonly code: 'not-sendable-again'; readonly why: 'state' | 'files' }
  | { readonly code: 'sent-again-already' }
  /** Files can't be taken, or can't go with this message. */
  | { readonly code: 'media'; readonly why: MediaRefusal }

export type MediaRefusal =
  | { readonly kind: 'unknown-upload' }
  | { readonly kind: 'too-many-unsent'; readonly most: number }
  | { readonly kind: 'too-large'; readonly longestBytes: number }
  | { readonly kind: 'empty' }
  | { readonly kind: 'no-room' }
  | { readonly kind: 'not-sent-here' }
  | { readonly kind: 'too-many'; readonly most: number }
  | { readonly kind: 'too-large-for-carrier'; readonly fileName: string; readonly longestBytes: number }
  | { readonly kind: 'no-public-address' }

export type FailureCode = Failure['code']

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

export const succeed = <T>(value: T): Result<T> => ({ ok: true, value })
export const fail = (failure: Failure): Result<never> => ({ ok: false, failure })

const notFoundSentences: Record<Extract<Failure, { code: 'not-found' }>['what'], string> = {
  conversation: 'This conversation does not exist, or it belongs to a group that you are not a member of.',
  message: 'This message does not exist, or it belongs to another conversation.',
  decision: 'This decision does not exist, or it belongs to a group that you are not a member of.',
  rule: 'This rule does not exist. Somebody may have deleted it.',
  carrier: 'This carrier does not exist. Somebody may have deleted it.',
  'canned reply': 'This canned reply does not exist. Somebody may have deleted it.',
  'unrouted message': 'This message is unrouted no more: somebody sent it on, or it never was.',
  group: 'This group does not exist, or you are not a member of it.',
  agent: 'There is no such extension in a group that you look after.',
  file: 'This file does not exist, or it belongs to a conversation of a group that you are not a member of.',
  'raw event': 'This call is kept no more: only the newest 200 of a carrier are.',
  queue: 'You are not a member of this queue, nor allowed to log in to it.',
}

/** The failure as a sentence for the person who met it. */
export function failureSentence(failure: Failure): string {
  switch (failure.code) {
    case 'not-found':
      return notFoundSentences[failure.what]
    case 'not-designated':
      return failure.designated === null
        ? 'Nobody is designated for this conversation. Take it first.'
        : `Only the designated agent can do this, and that is ${failure.designated.name} (${failure.designated.extension}).`
    case 'stale-version':
      return `${changedBy(failure.changed)}: ${
        failure.designated === null ? 'nobody is designated now' : `${failure.designated} is designated now`
      }. Look again and repeat what you still want.`
    case 'not-a-member':
      return `Extension ${failure.extension} is not a member of this group. Choose one of its members.`
    case 'already-designated':
      return `${failure.designated.name} (${failure.designated.extension}) is designated already.`
    case 'cannot-be-answered':
      return `${failure.sender} is a name, not a number, so it can't be answered.`
    case 'no-way-back':
      return 'Nothing came from this customer yet, so there is no number and carrier to answer by.'
    case 'empty-message':
      return 'Write something first: the message is empty.'
    case 'idempotency-key-reused':
      return 'This Idempotency-Key already sent another text. Use a new key for each message.'
    case 'answered-meanwhile':
      return `${failure.by} answered this customer ${agoWords(failure.agoMs)}. Read that first, and send yours if it is still needed.`
    case 'not-logged-in':
      return 'You are not logged in to this queue. Log in first.'
    case 'always-logged-in':
      return 'You are a static member of this queue, so you can’t log in or out. Pause instead.'
    case 'pbx-refused':
      return `The PBX refused it: ${failure.reason}`
    case 'pbx-away':
      return 'The PBX is not answering. Try again in a moment.'
    case 'pbx-unsure':
      return 'The PBX did not answer in time. Look whether it was done, and try again if not.'
    case 'time-is-past':
      return 'That time is past. Choose a later one, or none.'
    case 'not-an-agent':
      return 'You have no extension in this session, so you can look but not answer, take or transfer.'
    case 'no-such-group':
      return `The PBX has no such group or extension (${failure.group}). Choose one that it has.`
    case 'not-a-supervisor':
      return 'Only a supervisor of this group or an administrator can do this.'
    case 'same-group':
      return 'The conversation belongs to this group already. Choose one of its members, or another group.'
    case 'no-such-sender':
      return failure.from === null
        ? 'No number of this group can send. Say which number to write from, or ask your administrator for one.'
        : `${failure.from} is none of the numbers that this group writes from. Choose one of them, or leave it open.`
    case 'stale-settings':
      return 'Somebody else changed these settings meanwhile. Look again and repeat what you still want.'
    case 'media':
      return mediaSentence(failure.why)
    case 'window-closed':
      return `The customer last wrote more than ${failure.hours} hours ago, so no free text may be sent by ${failure.channel === 'whatsapp' ? 'WhatsApp' : failure.channel}. Choose a template.`
    case 'too-long':
      return `This way takes at most ${failure.longest} characters, and yours has ${failure.length}. Shorten it, or send it in parts.`
    case 'template':
      return templateSentence(failure.why)
    case 'not-sendable-again':
      return failure.why === 'files'
        ? 'Its files are no longer at hand. Attach them again to a new message.'
        : 'Only a message that failed, or whose end is unknown, can be sent again.'
    case 'sent-again-already':
      return 'This message was sent again already. Look further down.'
    case 'conversation-closed':
      return 'This conversation is closed. Reopen it first.'
    case 'opted-out':
      return `The customer opted out of messages from ${failure.did}, so nothing is sent from it. A START from the customer, or an administrator, allows it again.`
    case 'too-many-pins':
      return `You have ${failure.most} conversations pinned, and no more are possible. Unpin one first.`
    case 'unknown-variable':
      return `There is no variable ${failure.variable} (at character ${failure.position}). Use {agent.name}, {group.name}, {customer.name}, {customer.number} or {did}, and {{ or }} for a brace.`
    case 'shortcut-taken':
      return `Another canned reply of this group has the shortcut /${failure.shortcut}. Choose another one.`
    default:
      return failure satisfies never
  }
}

function templateSentence(why: Extract<Failure, { code: 'template' }>['why']): string {
  switch (why.kind) {
    case 'unknown':
      return `The carrier has no approved template ${why.name} (${why.language}). Choose one from the list.`
    case 'variables':
      return why.missing.length > 0
        ? `Fill in ${why.missing.join(', ')}: the template needs it.`
        : `The template has no variable ${why.strange.join(', ')}.`
    case 'unavailable':
      return `The carrier does not tell its templates now: ${why.sentence}`
    default:
      return why satisfies never
  }
}

function changedBy(changed: Extract<Failure, { code: 'stale-version' }>['changed']): string {
  if (changed === undefined) return 'This conversation changed meanwhile'
  return `${changed.by} changed this conversation ${agoWords(changed.agoMs)}`
}

function agoWords(agoMs: Millis): string {
  const seconds = Math.max(0, Math.round(agoMs / 1000))
  if (seconds < 1) return 'just now'
  if (seconds < 120) return `${seconds} second${seconds === 1 ? '' : 's'} ago`
  if (seconds < 120 * 60) return `${Math.round(seconds / 60)} minutes ago`
  return `${Math.round(seconds / 3600)} hours ago`
}

function mediaSentence(why: MediaRefusal): string {
  switch (why.kind) {
    case 'unknown-upload':
      return 'A file of this message is not here any more. Attach it again.'
    case 'too-many-unsent':
      return `You have attached ${why.most} files that you did not send. Send some of them, or wait a day.`
    case 'too-large':
      return `${fileTooLargeSentence(why.longestBytes)} Make it smaller, or send a link to it.`
    case 'empty':
      return 'This file is empty.'
    case 'no-room':
      return 'There is no room left for files on the server. Tell your administrator.'
    case 'not-sent-here':
      return 'The carrier of this number sends no files. Send a link to it, or write from another number.'
    case 'too-many':
      return `The carrier of this number sends ${why.most} ${why.most === 1 ? 'file' : 'files'} with one message at most. Send the others in another message.`
    case 'too-large-for-carrier':
      return `${why.fileName} is too large: the carrier of this number sends files of ${sizeWords(why.longestBytes)} at most.`
    case 'no-public-address':
      return 'Files can’t be sent yet, since the carrier would have to fetch them from Parley and Parley has no public address. Ask your administrator to set PARLEY_PUBLIC_URL.'
    default:
      return why satisfies never
  }
}
