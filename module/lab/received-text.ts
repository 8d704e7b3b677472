import { header, requestUriOf, type SipMessage, userIn } from './sip-wire.ts'

/** A SIP MESSAGE as its receiver shows it. */
export interface ReceivedText {
  /** The user part of the From header: a number, or an extension. */
  readonly from: string
  /** The user part that it was sent to. */
  readonly to: string
  readonly text: string
  readonly callId: string
  /** As it came, for what else a test wants to know. */
  readonly raw: SipMessage
}

export const receivedText = (request: SipMessage): ReceivedText => ({
  from: userIn(header(request, 'From')),
  to: userIn(requestUriOf(request)),
  text: request.body,
  callId: header(request, 'Call-ID'),
  raw: request,
})

/** How the other end answered a text. */
export interface SentText {
  /** The SIP status; 408 when no answer came. */
  readonly code: number
  readonly reason: string
  readonly callId: string
}

/** How to answer texts: a SIP status, or not at all. */
export type TextAnswer = number | 'silence'
