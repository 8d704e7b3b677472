import type { RoutingState } from '../conversation.ts'
import type { Directory } from '../directory/directory.ts'
import type { Member } from '../directory/group.ts'
import { unknownPresence } from '../directory/presence.ts'
import type { Extension } from '../ids.ts'
import {
  type CandidateFacts,
  type DesignationInput,
  type Exclusion,
  judge,
  policyVersion,
} from './designation.ts'
import { type RoutingContext, settingsOf } from './routing-context.ts'

/** Everything a designation looks at, gathered into one recordable value. */
export function designationInput(
  state: Omit<RoutingState, 'conversation'>,
  context: RoutingContext,
  passedOver: Extension | null = null,
): DesignationInput {
  const { group, pbx, at } = context
  const { strategy, cap } = settingsOf(context)
  return {
    policy: policyVersion,
    at,
    strategy: strategy ?? group?.strategy ?? 'ringall',
    pbxAnswers: pbx.freshness === 'live',
    candidates: (group?.members ?? []).map((member) => ({
      ...factsOf(member, context),
      openConversations: state.openConversations.get(member.extension) ?? 0,
      lastDesignatedAt: state.lastDesignatedAt.get(member.extension) ?? null,
      ...(member.extension === passedOver ? { passedOver: true } : {}),
    })),
    cursor: state.cursor,
    cap,
    draw: context.draw,
  }
}

/** What of a member the PBX and his panel tell. */
function factsOf(
  member: Member,
  { pbx, panelOpen, away, at }: Pick<RoutingContext, 'pbx' | 'panelOpen' | 'away' | 'at'>,
): Omit<CandidateFacts, 'openConversations' | 'lastDesignatedAt'> {
  const { extension } = member
  const { directory } = pbx
  const presence = pbx.presence.get(extension) ?? unknownPresence(extension, at)
  const entry = directory.extensions.get(extension)
  const awayNow = away?.(extension) ?? null
  return {
    extension,
    name: entry?.name ?? extension,
    position: member.position,
    penalty: member.penalty,
    loggedIn: member.loggedIn,
    paused: member.paused,
    pausedReason: member.pausedReason,
    registration: presence.registration,
    call: presence.call,
    dnd: presence.dnd,
    panelOpen: panelOpen(extension),
    away: awayNow !== null,
    ...(awayNow?.reason == null ? {} : { awayReason: awayNow.reason }),
    ...(entry === undefined || entry.devices.some(takesTexts) ? {} : { alertablePhone: false }),
    ...(directory.portalUsers.length === 0 ? {} : { portalUser: ownsPortal(directory, extension) }),
  }
}

/** Asterisk sends SIP MESSAGEs to PJSIP's endpoints alone. */
const takesTexts = (device: string): boolean => device.startsWith('PJSIP/')

/** Worked out once per directory: every candidate of every designation asks. */
const portalExtensions = new WeakMap<Directory, ReadonlySet<Extension>>()

function ownsPortal(directory: Directory, extension: Extension): boolean {
  let known = portalExtensions.get(directory)
  if (known === undefined) {
    known = new Set(directory.portalUsers.flatMap(({ extensions }) => extensions))
    portalExtensions.set(directory, known)
  }
  return known.has(extension)
}

/** Why a member can't be had right now, caps aside; null when he can, or is none. */
export function unavailability(
  extension: Extension,
  context: Pick<RoutingContext, 'group' | 'pbx' | 'panelOpen' | 'away' | 'at'>,
): Exclusion | null {
  const member = context.group?.members.find((one) => one.extension === extension)
  if (member === undefined) return null
  const verdict = judge(
    { ...factsOf(member, context), openConversations: 0, lastDesignatedAt: null },
    { pbxAnswers: context.pbx.freshness === 'live', cap: null },
  )
  return verdict.kind === 'excluded' ? verdict.reason : null
}
