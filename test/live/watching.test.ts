import t from 'tap'
import type { ServerFrame } from '../../module/contract/live.ts'
import type { GroupKey } from '../../module/domain/ids.ts'
import { asConversationId, asExtension, asGroupKey } from '../../module/domain/ids.ts'
import { createWatching } from '../../module/live/watching.ts'
import { createWatchingHub, type WatchingPanel } from '../../module/live/watching-hub.ts'
import { createScriptedPbx } from '../http/sample-sidecar.ts'

const one = asConversationId('one')
const two = asConversationId('two')
const group = asGroupKey('main/queue/8000')
const ann = asExtension('101')
const bob = asExtension('102')

t.test('looking and writing are forgotten by themselves', async (t) => {
  let now = 0
  const watching = createWatching(() => now)
  const [desk, phone] = [{}, {}]
  t.match(watching.look(desk, ann, one, group), [{ id: one, groupKey: group, viewing: [ann], typing: [] }])
  t.same(watching.look(phone, ann, one, group), [], 'with a second panel he is there but once')
  t.same(watching.lookAway(desk), [], 'and stays while the other looks')
  t.match(watching.look(phone, ann, two, group), [
    { id: one, viewing: [] },
    { id: two, viewing: [ann] },
  ])
  t.match(watching.type(bob, two, group), [{ typing: [bob] }])
  t.same(watching.type(bob, two, group), [], 'still writing')
  now = 5999
  t.same(watching.expire(), [])
  now = 6000
  t.match(watching.expire(), [{ id: two, viewing: [ann], typing: [] }])
  now = 80_000
  t.same(watching.look(phone, ann, two, group), [], 'said again in time')
  now = 169_999
  t.same(watching.expire(), [])
  now = 170_000
  t.match(watching.expire(), [{ id: two, groupKey: group, viewing: [], typing: [] }])
  t.same(watching.all(), [], 'nothing is left behind')
  t.same(watching.lookAway(phone), [])
})

t.test('who talks too much of it is passed over, and who leaves the group is no longer seen', async (t) => {
  let now = 0
  const frames: ServerFrame[] = []
  const visible = new Set<GroupKey>([group])
  const viewer = { sessionId: 's', extension: ann, roles: ['agent'] } as const
  const panel: WatchingPanel = { viewer, peer: { send: (frame) => frames.push(frame) } }
  const { pbx } = createScriptedPbx()
  const ref = { pbxId: pbx.snapshot().directory.pbxId, kind: 'queue', number: '8000' }
  const hub = createWatchingHub({
    // All that is asked of the store here is a conversation's group.
    store: { conversation: () => ({ group: ref }) } as never,
    pbx,
    clock: () => now,
    panels: [panel],
    groupsOf: () => visible,
  })
  t.teardown(hub.close)
  for (let n = 0; n < 100; n++) hub.hear(panel, { type: 'viewing', conversationId: `c${n}` })
  const last = () => frames.at(-1)
  t.match(last(), { conversations: [{ conversationId: 'c8' }, { conversationId: 'c9' }] }, 'ten at once')
  now = 1000
  for (let n = 0; n < 10; n++) hub.hear(panel, { type: 'viewing', conversationId: `d${n}` })
  t.match(
    last(),
    { conversations: [{ conversationId: 'd0' }, { conversationId: 'd1' }] },
    'then two a second',
  )
  visible.clear()
  hub.recheck()
  visible.add(group)
  hub.admitted(panel)
  t.same(last(), { type: 'watching', full: true, conversations: [] })
})
