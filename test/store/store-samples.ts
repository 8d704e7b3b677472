import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import type { Store } from '../../module/app/ports/store.ts'
import type { InboundRequest } from '../../module/app/ports/store-requests.ts'
import type {
  DesignationCause,
  DesignationChange,
  InboundDecision,
  RoutingState,
} from '../../module/domain/conversation.ts'
import { type CandidateFacts, designate, policyVersion } from '../../module/domain/designation/designation.ts'
import {
  asCarrierId,
  asExtension,
  asGroupNumber,
  asPbxId,
  asRuleId,
  type ConversationId,
  type Extension,
  type GroupKey,
  type GroupRef,
} from '../../module/domain/ids.ts'
import type { Address } from '../../module/domain/message/address.ts'
import type { InboundMessage } from '../../module/domain/message/message.ts'

export const startAt = Date.UTC(2026, 0, 5, 10)
export const secretKey = new Uint8Array(32).fill(7)
export const newId = (): string => v7()
export const clock = (): number => startAt

export const twilio = asCarrierId('twilio-main')
export const queue: GroupRef = group('8000')
export const otherQueue: GroupRef = group('8001')
export const ann = { extension: asExtension('101'), name: 'Ann' }
export const bob = { extension: asExtension('102'), name: 'Bob' }
export const cid = { extension: asExtension('103'), name: 'Cid' }
export const staff = [ann, bob, cid] as const

export function group(number: string): GroupRef {
  return { pbxId: asPbxId('main'), kind: 'queue', number: asGroupNumber(number) }
}

export const number = (value: string): Address => ({ kind: 'number', value })

let messagesMade = 0

/** A text from a customer; every one has another carrier message id unless told. */
export function inbound(given: Partial<InboundMessage> & { text?: string } = {}): InboundMessage {
  const { text = 'My order has not come', ...rest } = given
  return {
    carrierId: twilio,
    carrierMessageId: `SM${++messagesMade}`,
    channel: 'sms',
    sender: number('+19542788086'),
    senderName: null,
    did: number('+16313808000'),
    content: { kind: 'text', text, media: [] },
    carrierAt: startAt - 500,
    receivedAt: startAt,
    ...rest,
  }
}

export function routed(message: InboundMessage, store: Store, to: GroupRef = queue): InboundRequest {
  return { message, route: { group: to, ruleId: asRuleId('rule') }, ruleSetVersion: store.ruleSet().version }
}

/** What a decision from three idle members looks like, all of it recorded. */
function changeByQueue(state: RoutingState, cause: DesignationCause, at: number): DesignationChange {
  const input = {
    policy: policyVersion,
    at,
    strategy: 'rrmemory',
    pbxAnswers: true,
    candidates: staff.map((agent, position) => candidate(agent, position, state)),
    cursor: state.cursor,
    cap: null,
    draw: 0,
  } as const
  const { winner } = designate(input)
  return {
    cause,
    actor: { kind: 'pbx', name: 'PBX' },
    to: staff.find((agent) => agent.extension === winner) ?? null,
    input,
    note: null,
  }
}

function candidate(agent: (typeof staff)[number], position: number, state: RoutingState): CandidateFacts {
  return {
    ...agent,
    position,
    penalty: 0,
    loggedIn: true,
    paused: false,
    pausedReason: null,
    registration: 'registered',
    call: 'idle',
    dnd: 'off',
    panelOpen: true,
    away: false,
    openConversations: state.openConversations.get(agent.extension) ?? 0,
    lastDesignatedAt: state.lastDesignatedAt.get(agent.extension) ?? null,
  }
}

/** Keeps whoever is designated; round robin among Ann, Bob and Cid for a conversation that has nobody. */
export function byQueue(state: RoutingState): InboundDecision {
  const kept = state.conversation?.designated ?? null
  const cause = state.conversation === null ? 'opened' : 'waiting'
  const designation = kept === null ? changeByQueue(state, cause, startAt) : null
  return {
    designation,
    mention: kept ?? designation?.to?.extension ?? null,
    reopens: state.conversation?.status === 'closed',
    alertPhone: null,
  }
}

/** Nobody is available: the customer waits. */
export const nobody = (state: RoutingState): InboundDecision => ({
  designation: null,
  mention: null,
  reopens: state.conversation?.status === 'closed',
  alertPhone: null,
})

/** A person's act: no strategy, so nothing to replay. */
export function byHand(
  cause: DesignationCause,
  by: { extension: Extension; name: string },
  to: { extension: Extension; name: string } | null,
): DesignationChange {
  return { cause, actor: { kind: 'agent', ...by }, to, input: null, note: null }
}

/** Where a commit costs no disk's time, for tests of very many; the usual place where there is none. */
export const quickDisk = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())

/** A folder that goes away with the test. */
export function scratchFolder(t: { teardown(done: () => void): unknown }, place = tmpdir()): string {
  const folder = mkdtempSync(join(place, 'parley-store-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Those of a group that wait for an agent, the longest waiting first. */
export const waitingIn = (store: Store, group: GroupKey, limit: number): ConversationId[] =>
  store.waitingFrom(group, 0, limit).map(({ id }) => id)
