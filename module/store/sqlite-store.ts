import type { Clock, IdSource, Log } from '../app/ports/ambient.ts'
import type { Store } from '../app/ports/store.ts'
import { groupOfKey, type Seq } from '../domain/ids.ts'
import { addressKey } from '../domain/message/address.ts'
import { createAccessStore } from './access-store.ts'
import { createStandingVerbs, findForChange } from './changes/commit-designation.ts'
import { createGroupTransferVerb } from './changes/commit-group-transfer.ts'
import { createInboundVerbs } from './changes/commit-inbound.ts'
import { createMediaVerbs } from './changes/commit-media.ts'
import { createNotes } from './changes/commit-note.ts'
import { createPersonalVerbs } from './changes/commit-personal.ts'
import { createReplyVerbs } from './changes/commit-reply.ts'
import { createConsent } from './changes/consent.ts'
import { createContinuations } from './changes/continuations.ts'
import { createDeliveryVerbs } from './changes/delivery.ts'
import { createEarlyReports } from './changes/early-reports.ts'
import { createAnnouncer } from './changes/effects.ts'
import { createOutbound } from './changes/outbound.ts'
import { createStandingChanges } from './changes/standing.ts'
import { backUpBeforeUpgrade } from './database/back-up-before-upgrade.ts'
import { createCommitQueue } from './database/commit-queue.ts'
import { beginWork, type Connection, openConnection } from './database/connection.ts'
import { migrate, readMigrations } from './database/migrations.ts'
import { sqliteTransactor } from './database/transactor.ts'
import { createConversationList } from './readings/conversation-list.ts'
import { pageOf } from './readings/page.ts'
import { createSearchThread } from './readings/search-thread.ts'
import { createTimeline } from './readings/timeline.ts'
import { createWorkLists } from './readings/work-lists.ts'
import { createAbsenceTable } from './tables/absence-table.ts'
import { createAuditTable } from './tables/audit-table.ts'
import { createAutoReplyTable } from './tables/auto-reply-table.ts'
import { createAwayTable } from './tables/away-table.ts'
import { createCannedReplyTable } from './tables/canned-reply-table.ts'
import { createCarrierSeenTable } from './tables/carrier-seen-table.ts'
import { createCarrierTable } from './tables/carrier-table.ts'
import { createConversationTable } from './tables/conversation-table.ts'
import { createCustomerTable } from './tables/customer-table.ts'
import { createDecisionTable } from './tables/decision-table.ts'
import { createDirectoryTable } from './tables/directory-table.ts'
import { createEventLog } from './tables/event-log.ts'
import { createGroupSettingsTable } from './tables/group-settings-table.ts'
import { createGroupTable } from './tables/group-table.ts'
import { createInboundKeys } from './tables/inbound-keys.ts'
import { createInquiryTable } from './tables/inquiry-table.ts'
import { createMediaTable } from './tables/media-table.ts'
import { createMessageTable } from './tables/message-table.ts'
import { openMeta } from './tables/meta.ts'
import { createNoteTable } from './tables/note-table.ts'
import { createOptOutTable, type OptOutRow, optOutOf } from './tables/opt-out-table.ts'
import { createOutboxTable } from './tables/outbox-table.ts'
import { createPersonalTable } from './tables/personal-table.ts'
import { createRawEventTable } from './tables/raw-event-table.ts'
import { createRuleTable } from './tables/rule-table.ts'
import { createSecretBox } from './tables/secret-box.ts'
import { createUnroutedTable } from './tables/unrouted-table.ts'
import { createWayTable } from './tables/way-table.ts'

export interface StoreOptions {
  readonly newId: IdSource
  /** 32 bytes from the key file: seals carriers' secrets. */
  readonly secretKey: Uint8Array
  readonly clock: Clock
  readonly log?: Log
  /**
   * The disk failed while committing, so nobody knows what is stored: the process must end, without
   * acknowledging anything. Left out, the error is thrown where nothing catches it, which ends the process.
   */
  readonly onFatal?: (error: Error) => void
}

export interface SqliteStoreOptions extends StoreOptions {
  readonly file: string
}

/** So many events are forgotten in one transaction, so that messages don't wait for the sweeping. */
const pruneBatch = 2000

/**
 * Opens the database, made and migrated as needed.
 * @throws StoreError `not-openable`, `schema-newer`, `migration-changed`, `wrong-key`, `not-copied`
 */
export function openSqliteStore({ file, ...options }: SqliteStoreOptions): Store {
  const db = openConnection({ file })
  try {
    return storeOn(db, options)
  } catch (error) {
    db.close()
    throw error
  }
}

/** The store on an open connection, which it closes in the end. */
export function storeOn(db: Connection, options: StoreOptions): Store {
  const { newId, clock, log = silentLog, onFatal = throwUncaught } = options
  const box = createSecretBox(options.secretKey)
  migrate(db, readMigrations(), clock(), (schema) => {
    const copy = backUpBeforeUpgrade(db, schema, clock())
    if (copy !== null) log.info({ copy, schema }, 'The database was copied before it is brought up to date')
  })

  const meta = openMeta(db, box)
  const groups = createGroupTable(db)
  const events = createEventLog(db, groups, meta)
  const media = createMediaTable(db, newId)
  const messages = createMessageTable(db, media)
  const conversations = createConversationTable(db)
  const decisions = createDecisionTable(db)
  const outbox = createOutboxTable(db, newId)
  const personal = createPersonalTable(db)
  const noteTable = createNoteTable(db)
  const optOuts = createOptOutTable(db)
  const cannedReplies = createCannedReplyTable(db)
  const outbound = createOutbound({ conversations, messages, outbox, events, optOuts })
  const continuations = createContinuations(db, conversations)
  const tables = { conversations, groups, messages, decisions, outbox, events, personal, continuations }
  const standing = createStandingChanges(db, tables, newId)
  const customers = createCustomerTable(db, newId)
  const keys = createInboundKeys(db)
  const unrouted = createUnroutedTable(db)
  const earlyReports = createEarlyReports(db)
  const inquiries = createInquiryTable(db)
  const rules = createRuleTable(db, meta)
  const carriers = createCarrierTable(db, box)
  const carrierSeen = createCarrierSeenTable(db)
  const rawEvents = createRawEventTable(db, box)
  const directories = createDirectoryTable(db)
  const list = createConversationList(db, groups, personal)
  const searching = createSearchThread(db.name)
  const work = createWorkLists(db, groups)
  const settings = createGroupSettingsTable(db)
  const absences = createAbsenceTable(db)
  const away = createAwayTable(db)
  const notes = createNotes({ ...tables, notes: noteTable }, newId)
  const consent = createConsent({ conversations, customers, optOuts, notes })
  const personalVerbs = createPersonalVerbs({ ...tables, notes: noteTable })

  const autoReplies = createAutoReplyTable(db)
  const ways = createWayTable(db, groups)
  const inbound = createInboundVerbs(
    { ...tables, customers, keys, unrouted, meta, standing, consent, autoReplies, outbound, ways, media },
    newId,
  )
  const { commitReply, commitStart } = createReplyVerbs(
    db,
    { ...tables, customers, outbound, personalVerbs, notes: noteTable, media },
    standing,
    newId,
  )
  const find = findForChange(db, tables)
  const standingVerbs = createStandingVerbs(tables, standing, find)
  const groupTransfer = createGroupTransferVerb(db, tables, standing, continuations, find, newId)
  const delivery = createDeliveryVerbs(db, { ...tables, outbound, optOuts, consent, inquiries }, earlyReports)

  const mediaVerbs = createMediaVerbs(media, events)

  const announcer = createAnnouncer(log)
  const { run: runUnaudited, drain } = createCommitQueue({
    transactor: sqliteTransactor(db),
    onCommitted: announcer.announce,
    onFatal,
  })
  const auditTable = createAuditTable(db, clock)
  const run = auditTable.audited(runUnaudited)
  beginWork(db)

  return {
    epoch: meta.epoch,
    audit: auditTable.log(runUnaudited),
    ...createAccessStore(db, box, customers, run),

    commitInbound: (request, decide) => run((effects) => inbound.commitInbound(effects, request, decide)),
    commitUnrouted: (request, decide) => run((effects) => inbound.commitUnrouted(effects, request, decide)),
    releaseHeld: (ids) => run(() => list.releaseHeld(ids)),
    commitReply: (request, decide) => run((effects) => commitReply(effects, request, decide)),
    commitStart: (request, decide) => run((effects) => commitStart(effects, request, decide)),
    commitGroupTransfer: (request, decide) => run((effects) => groupTransfer(effects, request, decide)),
    commitReminder: (request, decide) =>
      run((effects) => standingVerbs.commitReminder(effects, request, decide)),
    commitDesignation: (request, decide) =>
      run((effects) => standingVerbs.commitDesignation(effects, request, decide)),
    commitStatus: (request, decide) => run((effects) => standingVerbs.commitStatus(effects, request, decide)),
    claimOutbox: (now, limit, door) => run((effects) => delivery.claim(effects, now, limit, door)),
    settleOutbox: (id, result, now) => run((effects) => delivery.settle(effects, id, result, now)),
    hasDueMedia: media.due,
    claimMedia: (now, most) => run(() => mediaVerbs.claim(now, most)),
    settleMedia: (id, result, now) => run((effects) => mediaVerbs.settle(effects, id, result, now)),
    resumeMedia: () => run(() => media.resume()),
    retryMedia: (id, now) => run((effects) => mediaVerbs.retry(effects, id, now)),
    addUpload: (upload) => run(() => mediaVerbs.addUpload(upload)),
    forgetMedia: (before) => run(() => media.forget(before)),
    media: media.byId,
    mediaOf: media.ofMessage,
    isFileUsed: media.isFileUsed,
    onMedia: announcer.onMedia,
    settleInterrupted: (now) => run((effects) => delivery.settleInterrupted(effects, now)),
    settleInquiry: (carrierId, messageId, result, now) =>
      run((effects) => delivery.settleInquiry(effects, carrierId, messageId, result, now)),
    commitReport: (carrierId, report, now) =>
      run((effects) => delivery.report(effects, carrierId, report, now)),
    markRead: (request) => run((effects) => personalVerbs.markRead(effects, request)),
    savePreferences: (request) => run((effects) => personalVerbs.savePreferences(effects, request)),
    commitNote: (request) => run((effects) => notes.commitNote(effects, request)),
    setOptOut: (request) => run((effects) => consent.set(effects, request)),
    saveCannedReply: (reply) => run(() => cannedReplies.save(reply)),
    deleteCannedReply: (id) => run(() => cannedReplies.remove(id)),
    saveGroupSettings: (group, values, expected) => run(() => settings.save(group, values, expected)),
    saveAbsences: (changes, watchedUntil) => run(() => absences.save(changes, watchedUntil)),
    saveAway: (agent, status) => run(() => away.save(agent, status)),
    saveDirectory: (directory) => run(() => directories.save(directory, clock())),
    saveRule: (rule, expectedVersion) => run(() => rules.save(rule, expectedVersion)),
    deleteRule: (id, expectedVersion) => run(() => rules.remove(id, expectedVersion)),
    orderRules: (ids, expectedSetVersion) => run(() => rules.order(ids, expectedSetVersion)),
    saveCarrier: (account) => run(() => carriers.save(account)),
    deleteCarrier: (id) => run(() => carriers.remove(id)),
    saveCarrierSeen: (seen) => run(() => carrierSeen.save(seen)),
    keepRaw: (event) => run(() => rawEvents.keep(event)),

    async pruneEvents(before) {
      await run(() => earlyReports.prune(before))
      for (let pruned = 0; ; ) {
        const now = await run(() => events.prune(before, pruneBatch))
        pruned += now
        if (now < pruneBatch) return pruned
      }
    },

    dueInquiries: inquiries.due,
    takenWays: ways.takenWays,
    groupWays: ways.groupWays,
    carrierSeen: carrierSeen.all,
    rawEvents: rawEvents.ofCarrier,
    rawEvent: rawEvents.one,
    groupSettings: settings.ofGroup,
    loadAbsences: absences.load,
    awayAgents: away.ofPbx,
    divertedTo(customer, group) {
      const groupPk = groups.find(group)
      const customerPk = customers.find(addressKey(customer))
      const row =
        groupPk === null || customerPk === null ? null : conversations.ofCustomer(customerPk, groupPk)
      if (row === null || row.continued_in === null) return null
      const there = continuations.follow(row)
      return there === row ? null : groupOfKey(there.group_key)
    },
    continuedFrom: continuations.before,
    continuedBy: continuations.after,
    timeline: createTimeline(db),
    waitingGroups: work.waitingGroups,
    waitingFrom: work.waitingFrom,
    owing: work.owing,
    idle: work.idle,
    designatedIn: work.designatedIn,
    loadDirectory: directories.load,
    ruleSet: rules.ruleSet,
    carriers: carriers.all,
    conversations: list.page,
    counts: list.counts,
    search: searching.search,
    conversation: list.byId,
    messages: (id, before, limit) =>
      pageOf(
        limit,
        (count) => messages.ofConversation(id, before ?? newestSeq, count),
        (message) => message.seq,
        (message) => message,
      ),
    message: messages.byId,
    thread: (id, before, limit) =>
      pageOf(
        limit,
        (count) =>
          [
            ...messages.ofConversation(id, before ?? newestSeq, count),
            ...noteTable.ofConversation(id, before ?? newestSeq, count),
          ]
            .sort((a, b) => b.seq - a.seq)
            .slice(0, count),
        (entry) => entry.seq,
        (entry) => entry,
      ),
    threadSince: (id, after, limit) =>
      pageOf(
        limit,
        (count) =>
          [...messages.since(id, after, count), ...noteTable.since(id, after, count)]
            .sort((a, b) => a.seq - b.seq)
            .slice(0, count),
        (entry) => entry.seq,
        (entry) => entry,
      ),
    note: noteTable.byId,
    personal: (reader, ids) =>
      new Map(
        ids.flatMap((id) => {
          const state = personal.of(reader, id)
          return state === null ? [] : [[id, state] as const]
        }),
      ),
    unreadTotals: (reader, keys) =>
      personal.totals(
        reader,
        [...new Set(keys)].flatMap((key) => groups.find(groupOfKey(key)) ?? []),
      ),
    optOuts(before, limit, customer) {
      const customerPk = customer === undefined ? null : customers.find(addressKey(customer))
      if (customer !== undefined && customerPk === null) return { items: [], next: null }
      return pageOf(
        limit,
        (count): readonly OptOutRow[] =>
          customerPk === null
            ? optOuts.current(before ?? newestSeq, count)
            : optOuts.currentOf(customerPk, before ?? newestSeq, count),
        (row) => row.pk,
        optOutOf,
      )
    },
    optOutChanges(customer, did, limit) {
      const customerPk = customers.find(addressKey(customer))
      return customerPk === null ? [] : optOuts.history(customerPk, addressKey(did), limit)
    },
    cannedReplies: cannedReplies.all,
    decision: decisions.byId,
    decisions: decisions.ofConversation,
    knownGroups: groups.known,
    designatedTo: list.designatedTo,
    unrouted: unrouted.page,
    oldestUnrouted: unrouted.oldest,
    unroutedMessage: unrouted.byId,
    held: list.held,
    routingState: inbound.routingState,
    eventsAfter: events.after,
    lastSeq: events.last,
    onCommitted: announcer.onCommitted,
    onOutbox: announcer.onOutbox,

    async close() {
      await searching.close()
      await drain()
      db.close()
    },
  }
}

const newestSeq: Seq = Number.MAX_SAFE_INTEGER

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

function throwUncaught(error: Error): void {
  setImmediate(() => {
    throw error
  })
}
