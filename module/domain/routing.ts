import type {
  ConversationState,
  DesignationCause,
  DesignationChange,
  InboundDecision,
  RoutingState,
} from './conversation.ts'
import { type DesignationInput, designate, policyVersion } from './designation.ts'
import type { PbxSnapshot } from './directory.ts'
import type { Group } from './group.ts'
import type { Extension, Millis } from './ids.ts'
import { unknownPresence } from './presence.ts'
import type { Hold } from './rules.ts'
import type { RoutingOverrides } from './sticky-mode.ts'

/** What the outside world looked like when a message came; taken once, before the transaction. */
export interface RoutingContext {
  /** Null when the PBX no longer knows the group. */
  readonly group: Group | null
  readonly pbx: PbxSnapshot
  readonly panelOpen: (extension: Extension) => boolean
  readonly at: Millis
  readonly draw: number
  /** What the rule that took the message sets apart from the group's own settings; left out, nothing. */
  readonly overrides?: RoutingOverrides
  /** The message came outside its rule's hours and waits for them to begin; left out or null, it does not. */
  readonly hold?: Hold | null
}

/** What an inbound message does: keeps the designated agent, designates one, or leaves the customer waiting. */
export function decideInbound(state: RoutingState, context: RoutingContext): InboundDecision {
  const { conversation } = state
  if (context.hold != null && conversation?.designated == null) return holdInbound(state, context.hold)
  const keeps = conversation?.designated != null && !hasLeft(conversation.designated, context)
  const designation = keeps ? null : designationFor(state, context, causeOf(conversation))
  const mention = keeps ? conversation.designated : (designation?.to?.extension ?? null)
  return {
    designation,
    mention,
    reopens: conversation?.status === 'closed',
    alertPhone: mention !== null && reachedByPhoneOnly(mention, context) ? mention : null,
  }
}

/** Outside the hours nobody is looked for. Whoever is designated already keeps his customer at any hour. */
const holdInbound = ({ conversation }: RoutingState, { autoReply }: Hold): InboundDecision => ({
  designation: null,
  mention: null,
  reopens: conversation?.status === 'closed',
  alertPhone: null,
  autoReply: autoReply === null ? null : { text: autoReply },
})

/** Designates a conversation that waits, or says that nobody is available still. */
export function decideWaiting(
  state: RoutingState & { readonly conversation: ConversationState },
  context: RoutingContext,
): DesignationChange | null {
  if (state.conversation.designated !== null || state.conversation.status === 'closed') return null
  const change = designationFor(state, context, 'waiting')
  if (change?.to == null) return null
  return { ...change, alertPhone: reachedByPhoneOnly(change.to.extension, context) }
}

/** A decision by the PBX's strategy; null when nothing changes and an earlier decision says why already. */
function designationFor(
  state: RoutingState,
  context: RoutingContext,
  cause: DesignationCause,
): DesignationChange | null {
  const input = designationInput(state, context)
  const { winner } = designate(input)
  if (winner === null && cause === 'waiting') return null
  const facts = input.candidates.find((candidate) => candidate.extension === winner)
  return {
    cause,
    actor: { kind: 'pbx', name: 'PBX' },
    to: facts === undefined ? null : { extension: facts.extension, name: facts.name },
    input,
    note: null,
  }
}

function causeOf(conversation: ConversationState | null): DesignationCause {
  if (conversation === null) return 'opened'
  return conversation.designated === null ? 'waiting' : 'left-group'
}

/** While the PBX is away its last word stands, so nobody is taken off a conversation for its silence. */
function hasLeft(extension: Extension, context: RoutingContext): boolean {
  if (context.pbx.freshness === 'stale') return false
  return !(context.group?.members.some((member) => member.extension === extension) ?? false)
}

/** He has no panel open, and a phone that can be rung. */
export function reachedByPhoneOnly(extension: Extension, context: RoutingContext): boolean {
  return !context.panelOpen(extension) && context.pbx.presence.get(extension)?.registration === 'registered'
}

/** Everything a designation looks at, gathered into one recordable value. */
export function designationInput(state: RoutingState, context: RoutingContext): DesignationInput {
  const { group, pbx, at } = context
  return {
    policy: policyVersion,
    at,
    strategy: group?.strategy ?? 'ringall',
    pbxAnswers: pbx.freshness === 'live',
    candidates: (group?.members ?? []).map((member) => {
      const presence = pbx.presence.get(member.extension) ?? unknownPresence(member.extension, at)
      return {
        extension: member.extension,
        name: pbx.directory.extensions.get(member.extension)?.name ?? member.extension,
        position: member.position,
        penalty: member.penalty,
        loggedIn: member.loggedIn,
        paused: member.paused,
        pausedReason: member.pausedReason,
        registration: presence.registration,
        call: presence.call,
        dnd: presence.dnd,
        panelOpen: context.panelOpen(member.extension),
        away: false,
        openConversations: state.openConversations.get(member.extension) ?? 0,
        lastDesignatedAt: state.lastDesignatedAt.get(member.extension) ?? null,
      }
    }),
    cursor: state.cursor,
    cap: null,
    draw: context.draw,
  }
}
