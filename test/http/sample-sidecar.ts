import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { createConversationActions } from '../../module/app/conversations/act-on-conversation.ts'
import { createCannedReplies } from '../../module/app/conversations/canned-replies.ts'
import { createPersonalActions } from '../../module/app/conversations/personal-actions.ts'
import { createWriteNote } from '../../module/app/conversations/write-note.ts'
import { fail, reportOf } from '../../module/app/doctor/finding.ts'
import { createMediaLinks } from '../../module/app/media/media-links.ts'
import { createUseMedia } from '../../module/app/media/use-media.ts'
import type { Role } from '../../module/app/people/access.ts'
import { createApiKeys } from '../../module/app/people/api-keys.ts'
import { createAwayAgents } from '../../module/app/people/away-agents.ts'
import { createGrants } from '../../module/app/people/grants.ts'
import { signToken } from '../../module/app/people/session-token.ts'
import { createSessions } from '../../module/app/people/sessions.ts'
import { createSignIn } from '../../module/app/people/sign-in.ts'
import type { Carrier, CarrierAccount, WebhookCarrier } from '../../module/app/ports/carriers.ts'
import type { Pbx, QueueAct, QueueActOutcome, QueueDesk, SipText } from '../../module/app/ports/pbx.ts'
import { createReceiveInbound } from '../../module/app/routing/receive-inbound.ts'
import { createRouteUnrouted } from '../../module/app/routing/route-unrouted.ts'
import { createSimulateRouting } from '../../module/app/routing/simulate-routing.ts'
import { createCarrierAccounts } from '../../module/app/sending/carrier-accounts.ts'
import { startCarrierHealth } from '../../module/app/sending/carrier-health.ts'
import { createFitsAsAutoReply } from '../../module/app/sending/fitting-auto-reply.ts'
import { createTellCustomerRead } from '../../module/app/sending/tell-customer-read.ts'
import { createTellCustomerTyping } from '../../module/app/sending/tell-customer-typing.ts'
import { createAddressReader } from '../../module/carriers/address-reader.ts'
import { carrierKindFacts } from '../../module/carriers/kinds.ts'
import { type Directory, emptyDirectory, type PbxSnapshot } from '../../module/domain/directory/directory.ts'
import type { Group } from '../../module/domain/directory/group.ts'
import { type Presence, unknownPresence } from '../../module/domain/directory/presence.ts'
import {
  asCarrierId,
  asExtension,
  asGroupNumber,
  asPbxId,
  asRuleId,
  type Extension,
  type GroupRef,
  groupKey,
} from '../../module/domain/ids.ts'
import type { InboundMessage } from '../../module/domain/message/message.ts'
import { ruleDefaults } from '../../module/domain/rules/rules.ts'
import { createMetrics } from '../../module/http/metrics.ts'
import { createHttpServer } from '../../module/http/server.ts'
import { createWebhookSelfTest } from '../../module/http/webhook-self-test.ts'
import { createIdSource } from '../../module/id-source.ts'
import { createLiveHub } from '../../module/live/live-hub.ts'
import { liveRoutes } from '../../module/live/live-routes.ts'
import { type FragmentManifest, moduleRoot } from '../../module/manifest.ts'
import { openMediaFolder } from '../../module/media/media-folder.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'

const pbxId = asPbxId('main')
export const queue: GroupRef = { pbxId, kind: 'queue', number: asGroupNumber('8000') }
export const ringGroup: GroupRef = { pbxId, kind: 'ring-group', number: asGroupNumber('600') }
const names = { '101': 'Alice Adams', '102': 'Bob Brown', '103': 'Carol Clark', '106': 'Frank Fox' }
export const tokenKey = new Uint8Array(32).fill(1)

const group = (
  ref: GroupRef,
  name: string | null,
  strategy: Group['strategy'],
  extensions: readonly string[],
): Group => ({
  ref,
  name,
  strategy,
  foreign: [],
  members: extensions.map((extension, position) => ({
    extension: asExtension(extension),
    position,
    membership: 'static',
    penalty: 0,
    loggedIn: true,
    paused: false,
    pausedReason: null,
    lastCallAt: null,
    inCall: false,
  })),
})

/** A PBX whose answers the test sets. */
export function createScriptedPbx() {
  const listeners = new Set<() => void>()
  const extensions = Object.entries(names).map(([number, name]) => {
    const extension = asExtension(number)
    return [extension, { extension, name, devices: [`PJSIP/${number}`] }] as const
  })
  const groups = [
    group(queue, 'Support Department', 'rrmemory', ['101', '102']),
    group(ringGroup, null, 'ringall', ['103']),
  ]
  const directory: Directory = {
    ...emptyDirectory(pbxId),
    extensions: new Map(extensions),
    groups: new Map(groups.map((each) => [groupKey(each.ref), each])),
    dids: ['16313808000'],
    readAt: 1,
  }
  const presence = new Map<Extension, Presence>(
    extensions.map(([extension]) => [
      extension,
      { ...unknownPresence(extension, 0), registration: 'registered', call: 'idle', dnd: 'off' },
    ]),
  )
  let snapshot: PbxSnapshot = { directory, presence, freshness: 'live' }
  const pbx: Pbx = {
    snapshot: () => snapshot,
    health: () => ({
      ami: { kind: 'up', since: 0 },
      ari: { kind: 'down', since: 0, code: 'refused', sentence: 'Start it.' },
    }),
    onChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const acts: QueueAct[] = []
  const desk: QueueDesk & { outcome: QueueActOutcome } = {
    outcome: { kind: 'done' },
    async actInQueue(_extension, _queue, act) {
      acts.push(act)
      return desk.outcome
    },
  }
  return {
    pbx,
    desk,
    /** What was asked of its queues. */
    acts,
    change(next: Partial<PbxSnapshot>) {
      snapshot = { ...snapshot, ...next }
      for (const listener of listeners) listener()
    },
    directory,
    presence,
  }
}

/** A carrier whose webhook says `ok` in a header instead of signing, and whose body is the messages as JSON. */
const scriptedCarrier: WebhookCarrier = {
  id: asCarrierId('scripted'),
  channels: ['sms'],
  numbers: null,
  limits: { perSecond: 100, perPairMs: 0, longestText: 1600, media: null, windowMs: {} },
  send: async () => ({ kind: 'taken', carrierMessageId: null, state: 'sent' }),
  close: async () => {},
  receive(request) {
    if (request.headers['x-proof'] !== 'ok') return { kind: 'refused', reason: 'no proof' }
    const answer = { status: 200, contentType: 'text/xml', body: '<Response/>' }
    try {
      return {
        kind: 'content',
        inbound: JSON.parse(Buffer.from(request.body).toString('utf8')),
        reports: [],
        answer,
      }
    } catch {
      return { kind: 'unreadable', reason: 'not JSON', answer }
    }
  },
}

const scriptedAccount: CarrierAccount = {
  id: asCarrierId('scripted'),
  kind: 'twilio',
  name: 'Scripted',
  enabled: true,
  settings: { accountSid: 'AC1' },
  secrets: { authToken: 'hush' },
}

let serial = 0
export const inbound = (over: Partial<InboundMessage> = {}): InboundMessage => ({
  carrierId: asCarrierId('scripted'),
  carrierMessageId: `m${++serial}`,
  channel: 'sms',
  sender: { kind: 'number', value: '+19542788086' },
  senderName: null,
  did: { kind: 'number', value: '+16313808000' },
  content: { kind: 'text', text: 'Hello', media: [] },
  carrierAt: null,
  receivedAt: Date.now(),
  ...over,
})

/** Everything but Asterisk and the carriers, real: store, HTTP, live socket. */
export async function createSampleSidecar(
  options: {
    account?: CarrierAccount
    build?: (account: CarrierAccount) => Carrier
    publicUrl?: string | null
    allowedOrigins?: readonly string[]
    frameAncestors?: readonly string[]
    fragments?: readonly FragmentManifest[]
    log?: Logger
    /** Of signed addresses too. */
    clock?: () => number
    helloWithinMs?: number
    folder?: string
  } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'parley-http-'))
  const log = options.log ?? pino({ level: 'silent' })
  const { allowedOrigins = [], frameAncestors = [], clock = Date.now } = options
  const store = openSqliteStore({
    file: join(folder, 'parley.sqlite'),
    newId: createIdSource(),
    secretKey: new Uint8Array(32),
    clock,
    log,
  })
  const scripted = createScriptedPbx()
  const { pbx } = scripted
  const away = createAwayAgents({ store, pbxId, clock })
  const grants = createGrants({ store, pbxId })
  const sessions = createSessions({ store, tokenKey, grants, clock, log })
  const apiKeys = createApiKeys({ store, newId: createIdSource(), clock, log })
  /** What the phones of extensions show: every extension of the directory has one. */
  const texts: SipText[] = []
  const signIn = createSignIn({
    store,
    pbx,
    phones: { contactsOf: async (extension) => [`pjsip:${extension}`] },
    messenger: {
      sendText: async (text) => {
        texts.push(text)
        return { kind: 'handed-over' }
      },
    },
    sessions,
    grants,
    tokenKey,
    codeKey: new Uint8Array(32).fill(2),
    sipDomain: 'parley.invalid',
    clock,
    log,
  })
  const carriers = createCarrierAccounts({ store, build: options.build ?? (() => scriptedCarrier), log })
  const selfTest = createWebhookSelfTest(options.publicUrl ?? 'https://pbx.example.com/parley')
  const health = startCarrierHealth({ store, carriers, clock, log })
  const hub = createLiveHub({
    store,
    pbx,
    away,
    carriers: health,
    sessions,
    onTyping: createTellCustomerTyping({ store, carriers, clock, log }),
    clock,
    log,
    reloadGraceMs: 300,
  })
  const unsubscribe = grants.onChanged(hub.reconnect)
  const fitsAsAutoReply = createFitsAsAutoReply({ carriers, clock, log })
  const routing = { store, pbx, panels: hub.panels, clock, random: () => 0, away, fitsAsAutoReply }
  const receiveInbound = createReceiveInbound(routing)
  const { publicUrl = 'https://pbx.example.com/parley' } = options
  const actions = createConversationActions({ ...routing, carriers, hasPublicAddress: publicUrl !== null })
  const mediaFiles = openMediaFolder({ path: join(folder, 'media') })
  const mediaLinks = createMediaLinks(new Uint8Array(32).fill(2), clock)
  const media = createUseMedia({
    store,
    pbx,
    files: mediaFiles,
    find: actions.findReadable,
    clock,
    log,
    longestUploadBytes: 1024 * 1024,
  })
  const own = { store, pbx, clock, find: actions.find }
  const app = await createHttpServer({
    store,
    pbx,
    panels: hub.panels,
    away,
    desk: scripted.desk,
    actions,
    personal: createPersonalActions({ ...own, tellRead: createTellCustomerRead({ store, carriers, log }) }),
    writeNote: createWriteNote(own),
    media,
    mediaFiles,
    mediaLinks,
    canned: createCannedReplies(own),
    carrierKinds: carrierKindFacts,
    routeUnrouted: createRouteUnrouted(routing),
    simulate: createSimulateRouting(routing),
    carriers,
    health,
    selfTest,
    receiveInbound,
    readAddress: createAddressReader({ homeCountry: 'US' }),
    doctor: async () => reportOf([fail('clock', 'It is late.', 'date')]),
    clock,
    metrics: createMetrics(pbx),
    publicUrl,
    sessions,
    apiKeys,
    grants,
    signIn,
    allowedOrigins,
    frameAncestors,
    version: '0.0.0',
    fragments: options.fragments ?? [],
    root: moduleRoot,
    logger: log,
  })
  const { helloWithinMs = 10_000 } = options
  await app.register(liveRoutes, { hub, allowedOrigins, helloWithinMs })
  await store.saveRule({
    id: asRuleId('r1'),
    name: 'Support',
    position: 0,
    enabled: true,
    dids: [{ kind: 'number', value: '+16313808000' }],
    channels: null,
    destination: queue,
    ...ruleDefaults,
  })
  await carriers.save(options.account ?? scriptedAccount)

  return {
    pbxId,
    away,
    app,
    store,
    hub,
    scripted,
    receiveInbound,
    carriers,
    health,
    selfTest,
    log,
    routing,
    mediaFiles,
    mediaLinks,
    sessions,
    grants,
    signIn,
    texts,
    folder,
    /** Until the clock that everything here goes by has moved on by so much. */
    async waitFor(ms: number) {
      const until = clock() + ms
      while (clock() <= until) await new Promise((resolve) => setTimeout(resolve, 1))
    },
    async close() {
      away.close()
      hub.close()
      unsubscribe()
      await app.close()
      await health.close()
      await Promise.all([signIn.settled(), sessions.close(), apiKeys.close()])
      await store.close()
      if (options.folder === undefined) rmSync(folder, { recursive: true })
    },
  }
}

export const tokenFor = (
  extension: string | null,
  roles: readonly Role[] = ['agent'],
  expiresInSeconds = 600,
): string =>
  signToken(tokenKey, {
    sid: `s-${extension}`,
    ext: extension,
    roles,
    exp: Math.floor(Date.now() / 1000) + expiresInSeconds,
  })

export const bearer = (extension: string | null, roles: readonly Role[] = ['agent']) => ({
  authorization: `Bearer ${tokenFor(extension, roles)}`,
})
