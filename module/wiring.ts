import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Logger } from 'pino'
import { createConversationActions } from './app/conversations/act-on-conversation.ts'
import { createCannedReplies } from './app/conversations/canned-replies.ts'
import { createPersonalActions } from './app/conversations/personal-actions.ts'
import { createWriteNote } from './app/conversations/write-note.ts'
import { withCarriers } from './app/doctor/with-carriers.ts'
import { startFetchMedia } from './app/media/fetch-media.ts'
import { createMediaLinks, withFileLinks } from './app/media/media-links.ts'
import { startSweepMedia } from './app/media/sweep-media.ts'
import { createUseMedia } from './app/media/use-media.ts'
import { createApiKeys } from './app/people/api-keys.ts'
import { createAwayAgents } from './app/people/away-agents.ts'
import { createGrants } from './app/people/grants.ts'
import { createSessions } from './app/people/sessions.ts'
import { createSignIn } from './app/people/sign-in.ts'
import { createDrainWaiting } from './app/routing/drain-waiting.ts'
import { createReceiveInbound } from './app/routing/receive-inbound.ts'
import { startReleaseHeld } from './app/routing/release-held.ts'
import { createReleaseMembers } from './app/routing/release-members.ts'
import { createRouteUnrouted } from './app/routing/route-unrouted.ts'
import { createSimulateRouting } from './app/routing/simulate-routing.ts'
import { startSweep } from './app/routing/sweep-conversations.ts'
import { watchAbsences } from './app/routing/watch-absences.ts'
import { createCarrierAccounts } from './app/sending/carrier-accounts.ts'
import { startCarrierHealth } from './app/sending/carrier-health.ts'
import { createFitsAsAutoReply } from './app/sending/fitting-auto-reply.ts'
import { startInquiries } from './app/sending/inquire-unknown.ts'
import { startOutbox } from './app/sending/run-outbox.ts'
import { createTellCustomerRead } from './app/sending/tell-customer-read.ts'
import { createTellCustomerTyping } from './app/sending/tell-customer-typing.ts'
import { createAddressReader } from './carriers/address-reader.ts'
import { carrierKindFacts } from './carriers/kinds.ts'
import { createCarrier } from './carriers/registry.ts'
import { startSpoolIntake } from './carriers/sip-message/spool-intake.ts'
import { type Config, ConfigError } from './config.ts'
import { createInstallationDoctor } from './doctor-wiring.ts'
import { asPbxId } from './domain/ids.ts'
import { createMetrics } from './http/metrics.ts'
import { createHttpServer } from './http/server.ts'
import { createWebhookSelfTest } from './http/webhook-self-test.ts'
import { createIdSource } from './id-source.ts'
import { readKeys } from './keys.ts'
import { createLiveHub } from './live/live-hub.ts'
import { liveRoutes } from './live/live-routes.ts'
import { moduleRoot, readManifest } from './manifest.ts'
import { createMediaFetcher } from './media/carrier-download.ts'
import { systemResolver } from './media/guarded-request.ts'
import { mediaFolderName, openMediaFolder } from './media/media-folder.ts'
import { createAsteriskPbx } from './pbx/asterisk-pbx.ts'
import { becomeSoleOwner } from './store/database/sole-owner.ts'
import { StoreError } from './store/database/store-error.ts'
import { openSqliteStore } from './store/sqlite-store.ts'

/** Events are what a panel resumes from; who was away longer loads afresh. */
const eventsKeptMs = 7 * 24 * 60 * 60 * 1000
const pruneEveryMs = 60 * 60 * 1000

export interface Sidecar {
  /** Where it listens: `http://127.0.0.1:8077`. */
  readonly url: string
  readonly store: ReturnType<typeof openSqliteStore>
  readonly pbx: ReturnType<typeof createAsteriskPbx>
  readonly carriers: ReturnType<typeof createCarrierAccounts>
  readonly tokenKey: Uint8Array
  close(): Promise<void>
}

/** What a lab or a test puts in place of the world outside. No setting leads here. */
export interface Lab {
  readonly createCarrier?: typeof createCarrier
  /** Origins that files are fetched from although they are not https on a public address. */
  readonly mediaOrigins?: readonly string[]
}

/**
 * Puts the adapters together and starts them. The one place that knows them all by name.
 * Throws `ConfigError` for what an operator can mend: a taken port, a database that is not to be had.
 */
export async function startSidecar(config: Config, log: Logger, lab: Lab = {}): Promise<Sidecar> {
  const clock = Date.now
  const random = Math.random
  const keys = readKeys(config.keyFile)
  const manifest = readManifest()
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 })

  const { store, giveUpOwnership } = openStore({
    file: join(config.dataFolder, 'parley.sqlite'),
    newId: createIdSource(),
    secretKey: keys.secretKey,
    clock,
    log,
    // After a failed write nothing is certain; a supervisor starts the process anew and the disk is the truth.
    onFatal: (error) => {
      log.fatal({ err: error }, 'The database could not be written. Parley stops; check the disk.')
      process.exit(1)
    },
  })
  await store.settleInterrupted(clock())

  const pbx = createAsteriskPbx({
    pbxId: asPbxId(config.pbx.id),
    ami: config.pbx.ami,
    ari: config.pbx.ari,
    checkPeriodMs: config.pbx.checkPeriodMs,
    namesFile: config.pbx.namesFile,
    contexts: {
      hints: config.pbx.hintContexts,
      ringGroups: config.pbx.ringGroupContexts,
      dids: config.pbx.didContexts,
    },
    lastDirectory: store.loadDirectory(),
    log,
    clock,
    random,
  })
  const away = createAwayAgents({ store, pbxId: asPbxId(config.pbx.id), clock })
  const grants = createGrants({ store, pbxId: asPbxId(config.pbx.id) })
  const sessions = createSessions({ store, tokenKey: keys.tokenKey, grants, clock, log })
  const apiKeys = createApiKeys({ store, newId: createIdSource(), clock, log })
  const signIn = createSignIn({
    store,
    pbx,
    phones: { contactsOf: pbx.contacts },
    messenger: pbx,
    sessions,
    grants,
    tokenKey: keys.tokenKey,
    codeKey: keys.codeKey,
    sipDomain: config.pbx.sipDomain,
    clock,
    log,
  })
  const readAddress = createAddressReader({ homeCountry: config.homeCountry })
  const { publicUrl } = config.http
  const carriers = createCarrierAccounts({
    store,
    build: (account) =>
      (lab.createCarrier ?? createCarrier)(account, { messenger: pbx, publicUrl, readAddress, log }),
    log,
  })
  const selfTest = publicUrl === null ? null : createWebhookSelfTest(publicUrl)
  const health = startCarrierHealth({
    store,
    carriers,
    ...(selfTest === null ? {} : { callOurself: selfTest.call }),
    clock,
    log,
  })
  const hub = createLiveHub({
    store,
    pbx,
    away,
    carriers: health,
    sessions,
    onTyping: createTellCustomerTyping({ store, carriers, clock, log }),
    clock,
    log,
  })
  const absences = watchAbsences({ store, pbx, panels: hub.panels, away, clock, log })
  const fitsAsAutoReply = createFitsAsAutoReply({ carriers, clock, log })
  const routing = { store, pbx, panels: hub.panels, clock, random, absences, away, fitsAsAutoReply }
  const metrics = createMetrics(pbx, health)
  const receive = createReceiveInbound(routing)
  const receiveInbound: typeof receive = async (message) => {
    const receipt = await receive(message)
    health.received(message.carrierId)
    metrics.inbound.inc({ result: receipt.kind })
    return receipt
  }
  const actions = createConversationActions({
    ...routing,
    carriers,
    readAddress,
    hasPublicAddress: publicUrl !== null,
  })
  const mediaLinks = createMediaLinks(keys.mediaKey, clock)
  const mediaFiles = openMediaFolder({ path: join(config.dataFolder, mediaFolderName) })
  const media = createUseMedia({
    store,
    pbx,
    files: mediaFiles,
    find: actions.findReadable,
    clock,
    log,
    longestUploadBytes: config.media.longestUploadBytes,
  })
  const own = { store, pbx, clock, find: actions.find }
  const drain = createDrainWaiting({ ...routing, log })
  const held = startReleaseHeld({ ...routing, log, onReleased: drain.trigger })
  const release = createReleaseMembers({ ...routing, log })
  const sweep = startSweep({ ...routing, log, onSweep: drain.trigger })
  const stops = [
    pbx.onChanged(release.trigger),
    pbx.onChanged(drain.trigger),
    store.onCommitted(drain.onCommitted),
    hub.panels.onChanged(drain.trigger),
    away.onChanged(drain.trigger),
    grants.onChanged(hub.reconnect),
    pbx.onDirectory((directory) => {
      store
        .saveDirectory(directory)
        .catch((error: unknown) => log.error({ err: error }, 'The directory could not be stored'))
    }),
  ]

  const app = await createHttpServer({
    store,
    pbx,
    panels: hub.panels,
    away,
    desk: pbx,
    actions,
    personal: createPersonalActions({
      ...own,
      tellRead: createTellCustomerRead({ store, carriers, log }),
    }),
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
    readAddress,
    doctor: withCarriers(createInstallationDoctor(config, log), () =>
      carriers
        .accounts()
        .filter(({ enabled }) => enabled)
        .map(({ id, name }) => ({ name, health: health.of(id) })),
    ),
    clock,
    metrics,
    publicUrl,
    sessions,
    apiKeys,
    grants,
    signIn,
    allowedOrigins: config.http.allowedOrigins,
    frameAncestors: config.http.frameAncestors,
    version: manifest.version,
    fragments: manifest.fragments,
    root: moduleRoot,
    logger: log as FastifyBaseLogger,
  })
  await app.register(liveRoutes, { hub, allowedOrigins: config.http.allowedOrigins })
  const url = await app
    .listen({ host: config.http.host, port: config.http.port })
    .catch(async (error: NodeJS.ErrnoException) => {
      for (const stop of stops) stop()
      away.close()
      hub.close()
      await Promise.all([sweep.close(), held.close(), app.close()])
      await health.close()
      await carriers.close()
      await Promise.all([signIn.settled(), sessions.close(), apiKeys.close()])
      await store.close()
      giveUpOwnership()
      throw listenError(config.http, error)
    })

  pbx.start()
  const outbox = startOutbox({
    store,
    carriers: carriers.find,
    limits: carriers.limitsOf,
    health,
    messenger: pbx,
    phones: { contactsOf: pbx.contacts },
    panels: hub.panels,
    pbx,
    sipDomain: config.pbx.sipDomain,
    link: (message) => (publicUrl === null ? message : withFileLinks(message, mediaLinks, publicUrl)),
    clock,
    random,
    log,
  })
  const inquiries = startInquiries({ store, carriers: carriers.find, clock, log })
  const intake = await startSpoolIntake({
    folder: config.pbx.spoolFolder,
    onMessage: async (message) => {
      await receiveInbound(message)
    },
    onSpooled: (listener) => pbx.onSpooled(listener),
    carriers: () => store.carriers(),
    readAddress,
    log,
    clock,
  })
  const fetchMedia = startFetchMedia({
    store,
    carriers: carriers.find,
    fetcher: createMediaFetcher({
      files: mediaFiles,
      longestBytes: config.media.longestInboundBytes,
      resolve: systemResolver,
      trustedOrigins: lab.mediaOrigins ?? [],
    }),
    clock,
    random,
    log,
  })
  const sweepMedia = startSweepMedia({ store, files: mediaFiles, clock, log })
  const pruning = setInterval(() => {
    store
      .pruneEvents(clock() - eventsKeptMs)
      .catch((error: unknown) => log.error({ err: error }, 'Old events could not be removed'))
  }, pruneEveryMs)
  pruning.unref()

  return {
    url,
    store,
    pbx,
    carriers,
    tokenKey: keys.tokenKey,
    /** First nothing new comes in, then what is under way ends, then the database closes. */
    async close() {
      clearInterval(pruning)
      for (const stop of stops) stop()
      away.close()
      await absences.close()
      await sweep.close()
      hub.close()
      await Promise.all([intake.close(), app.close()])
      await Promise.all([outbox.close(), inquiries.close(), fetchMedia.close(), sweepMedia.close()])
      await held.close()
      await release.settled()
      await drain.settled()
      await health.close()
      await carriers.close()
      await pbx.close()
      await Promise.all([signIn.settled(), sessions.close(), apiKeys.close()])
      await store.close()
      giveUpOwnership()
    },
  }
}

/** The store, and the lock that keeps a second Parley from it. */
function openStore(options: Parameters<typeof openSqliteStore>[0]) {
  let giveUpOwnership = () => {}
  try {
    giveUpOwnership = becomeSoleOwner(options.file)
    return { store: openSqliteStore(options), giveUpOwnership }
  } catch (error) {
    giveUpOwnership()
    if (error instanceof StoreError) throw new ConfigError(error.message, { cause: error })
    throw error
  }
}

const listenErrors: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'this user may not listen there',
}

function listenError({ host, port }: Config['http'], error: NodeJS.ErrnoException): Error {
  const why = listenErrors[error.code ?? '']
  if (why === undefined) return error
  return new ConfigError(
    `Parley can't listen at ${host}:${port}: ${why}. Set http.host and http.port, or PARLEY_HTTP_HOST and PARLEY_HTTP_PORT.`,
    { cause: error },
  )
}
