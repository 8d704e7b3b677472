import type { Candidate, CandidateFacts, Exclusion, Tier } from './designation.ts'

/** One candidate's standing in words: `panel open and idle`, `paused in the queue: lunch`. */
export function reasonOf({ verdict }: Candidate, facts?: CandidateFacts): string {
  if (verdict.kind === 'available') return tierWords[verdict.tier]
  const words = exclusionWords[verdict.reason]
  if (verdict.reason === 'paused' && facts?.pausedReason) return `${words}: ${facts.pausedReason}`
  if (verdict.reason === 'away' && facts?.awayReason !== undefined) return `${words}: ${facts.awayReason}`
  return words
}

const exclusionWords: Record<Exclusion, string> = {
  'passed-over': 'had it before',
  'pbx-unknown': 'the PBX was not answering',
  'logged-out': 'not logged in to the queue',
  paused: 'paused in the queue',
  dnd: 'do not disturb',
  away: 'away for messages',
  unreachable: 'no panel open and no registered phone',
  'no-access': 'no access: no portal user and no phone that can be alerted',
  'at-cap': 'as many open conversations as allowed',
}

const tierWords: Record<Tier, string> = {
  'panel-idle': 'panel open and idle',
  'panel-busy': 'panel open, busy on the phone',
  'phone-only': 'reachable by phone only',
}

/** A member's state in two or three words, for a list of people. */
export function presenceWords(facts: CandidateFacts, pbxAnswers: boolean): string {
  if (facts.away)
    return facts.awayReason === undefined ? 'Away for messages' : `Away for messages: ${facts.awayReason}`
  if (!pbxAnswers) return 'Unknown: the PBX is not answering'
  if (!facts.loggedIn) return 'Not logged in'
  if (facts.dnd === 'on') return 'Do not disturb'
  if (facts.paused) return facts.pausedReason ? `Paused: ${facts.pausedReason}` : 'Paused'
  if (facts.call === 'on-call') return 'On a call'
  if (facts.call === 'on-hold') return 'Call on hold'
  if (facts.call === 'ringing') return 'Ringing'
  if (facts.call === 'wrap-up') return 'Wrapping up'
  if (facts.panelOpen) return 'Available'
  return facts.registration === 'registered' ? 'Phone only' : 'Offline'
}
