import type { AccessStore, RepeatableAnswers } from '../app/ports/access.ts'
import type { ContactBook } from '../app/ports/contacts.ts'
import type { CommitQueue } from './database/commit-queue.ts'
import type { Connection } from './database/connection.ts'
import { createApiKeyTable } from './tables/api-key-table.ts'
import { createContactTable } from './tables/contact-table.ts'
import type { CustomerTable } from './tables/customer-table.ts'
import { createPeopleTable } from './tables/people-table.ts'
import { createRepeatableAnswersTable } from './tables/repeatable-answers-table.ts'
import type { SecretBox } from './tables/secret-box.ts'
import { createSessionTable } from './tables/session-table.ts'
import { createSignInCodeTable } from './tables/sign-in-code-table.ts'

/** The parts of the store that know people rather than conversations. */
export function createAccessStore(
  db: Connection,
  box: SecretBox,
  customers: CustomerTable,
  run: CommitQueue['run'],
) {
  const people = createPeopleTable(db)
  const sessions = createSessionTable(db)
  const codes = createSignInCodeTable(db)
  const apiKeys = createApiKeyTable(db)
  const answers = createRepeatableAnswersTable(db, box)
  const contacts = createContactTable(db, customers)

  const access: AccessStore = {
    grants: people.all,
    saveGrant: (pbxId, grant, expected) => run(() => people.save(pbxId, grant, expected)),
    recordSessions: (fresh, seen) =>
      run(() => {
        for (const session of fresh) sessions.insert(session)
        for (const each of seen) sessions.touch(each)
      }),
    openLinkSession: (session) => run(() => sessions.insert(session)),
    revokeSession: (sid, by, at) => run(() => sessions.revoke(sid, by, at)),
    session: sessions.bySid,
    sessions: sessions.page,
    revokedSessions: sessions.revoked,
    presence: sessions.summaries,
    saveCode: (request, limits) => run(() => codes.save(request, limits)),
    tryCode: (attempt, mostTries, isRight) => run(() => codes.attempt(attempt, mostTries, isRight)),
    apiKeys: apiKeys.all,
    saveApiKey: (key) => run(() => apiKeys.insert(key)),
    revokeApiKey: (id, at) => run(() => apiKeys.revoke(id, at)),
    touchApiKeys: (used) =>
      run(() => {
        for (const { id, at } of used) apiKeys.touch(id, at)
      }),
    pruneAccess: (before) =>
      run(() => {
        sessions.prune(before.sessions)
        codes.prune(before.codes)
        answers.prune(before.answers)
      }),
  }

  const repeatable: RepeatableAnswers = {
    begin: (request) => run(() => answers.begin(request)),
    end: (actor, key, answer) => run(() => answers.end(actor, key, answer)),
  }

  const book: ContactBook = {
    contact: contacts.find,
    contacts: contacts.page,
    saveContact: (draft, at, expected) => run(() => contacts.save(draft, at, expected)),
    saveContacts: (drafts, at) =>
      run(() => {
        const counts = { created: 0, changed: 0, unchanged: 0 }
        for (const draft of drafts) {
          const receipt = contacts.save(draft, at)
          if (receipt.kind === 'saved') counts[receipt.change] += 1
        }
        return counts
      }),
    deleteContact: (address) => run(() => contacts.remove(address)),
  }

  return { access, repeatable, contacts: book }
}
