import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { asCannedReplyId, asPbxId } from '../../module/domain/ids.ts'
import { createIdSource } from '../../module/id-source.ts'
import { openConnection } from '../../module/store/database/connection.ts'
import { storeOn } from '../../module/store/sqlite-store.ts'

t.test('the log of acts is written with the change, or not at all, and only grows', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-audit-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const db = openConnection({ file: join(folder, 'parley.sqlite') })
  const store = storeOn(db, { newId: createIdSource(), secretKey: new Uint8Array(32), clock: () => 1000 })
  t.teardown(() => store.close())
  const act = {
    actor: { kind: 'person', id: '101', name: 'Ann' },
    act: 'canned-reply.save',
    target: 'canned-reply/c1',
    sentence: 'Wrote it.',
  } as const
  const reply = (id: string) => ({
    id: asCannedReplyId(id),
    group: null,
    shortcut: 'hi',
    title: 'Hi',
    text: 'Hello',
  })
  const entries = () => store.audit.page({ before: null, limit: 10 }).items

  // A change that the disk refuses takes its entry with it, and an entry that it refuses takes the change.
  db.exec("CREATE TEMP TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
  await t.rejects(store.audit.acting(act, () => store.saveCannedReply(reply('c1'))))
  t.same(store.cannedReplies(), [])
  db.exec('DROP TRIGGER full')

  await store.audit.acting(act, () => store.saveCannedReply(reply('c1')))
  await store.audit.acting(act, () => store.saveCannedReply(reply('c2')))
  t.equal(entries().length, 1, 'a change that was refused is none')
  const worked = await store.audit.acting(act, async () => {
    const first = store.saveGroupSettings(
      { pbxId: asPbxId('main'), kind: 'queue', number: '1' as never },
      store.groupSettings({ pbxId: asPbxId('main'), kind: 'queue', number: '1' as never }).settings,
      null,
    )
    await store.saveCannedReply({ ...reply('c3'), shortcut: 'other' })
    return first
  })
  t.ok(worked.worked)
  t.equal(entries().length, 2, 'one act, one entry, however many verbs it takes')
  await store.saveCannedReply({ ...reply('c4'), shortcut: 'more' })
  t.equal(entries().length, 2, 'nobody acts any more')
  t.throws(() => db.exec("UPDATE audit SET sentence = 'x'"), /append-only/)
  t.throws(() => db.exec('DELETE FROM audit'), /append-only/)
})
