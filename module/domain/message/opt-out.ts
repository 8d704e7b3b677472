import type { Millis } from '../ids.ts'
import type { Address } from './address.ts'
import type { Actor, Channel } from './message.ts'
import type { MessageContent } from './message-content.ts'

/** What a customer says about being written to at all. */
export type ConsentWord = 'stop' | 'start' | 'help'

export type ConsentWords = Readonly<Record<ConsentWord, readonly string[]>>

/** The words that carriers in North America ask for. Others may be given beside or instead, in any language. */
const carriersWords: ConsentWords = {
  stop: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'],
  start: ['START', 'YES', 'UNSTOP'],
  help: ['HELP', 'INFO'],
}

/** WhatsApp has its own ways of consent, and there “end” is a word like any other. */
const consentChannels: readonly Channel[] = ['sms', 'sip']

/**
 * The word that a message is, as a whole: “Stop.” and “opt out” are one, “please stop by at five” is none. Case,
 * spaces, punctuation and the width of letters don't count.
 */
export function consentWord(
  { channel, content }: { readonly channel: Channel; readonly content: MessageContent },
  words: ConsentWords = carriersWords,
  on: readonly Channel[] = consentChannels,
): ConsentWord | null {
  if (content.kind !== 'text' || !on.includes(channel)) return null
  const said = bare(content.text)
  if (said === '') return null
  const is = (word: ConsentWord) => words[word].some((each) => bare(each) === said)
  if (is('stop')) return 'stop'
  if (is('start')) return 'start'
  return is('help') ? 'help' : null
}

/** Only letters, digits and the marks on them, in one case: what stays the same however somebody types. */
export const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '')

/** How it came to Parley's knowledge. */
export type OptOutSource = 'keyword' | 'carrier' | 'admin'

/** A customer who wants nothing from a DID, and by what that is known. */
export interface OptOut {
  readonly customer: { readonly address: Address; readonly name: string | null }
  readonly did: Address
  readonly since: Millis
  readonly source: OptOutSource
  readonly actor: Actor
  readonly reason: string | null
}

/** One line of the history of a customer and a DID. */
export interface OptOutChange extends Omit<OptOut, 'customer' | 'since'> {
  readonly optedOut: boolean
  readonly at: Millis
}

/** What stands in the conversation where everybody sees it. */
export function optOutNote({ optedOut, did, source, actor, reason }: Omit<OptOutChange, 'at'>): string {
  const why = reason === null ? '' : `: ${reason}`
  switch (source) {
    case 'keyword':
      return optedOut
        ? `The customer opted out of messages from ${did.value}. Nothing more is sent from it.`
        : `The customer opted in again to messages from ${did.value}.`
    case 'carrier':
      return `The carrier says that the customer opted out of messages from ${did.value}. Nothing more is sent from it.`
    case 'admin':
      return optedOut
        ? `${actor.name} opted the customer out of messages from ${did.value}${why}. Nothing more is sent from it.`
        : `${actor.name} allowed messages from ${did.value} again${why}.`
    default:
      return source satisfies never
  }
}
