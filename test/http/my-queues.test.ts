import t from 'tap'
import { asExtension, groupKey } from '../../module/domain/ids.ts'
import { bearer, createSampleSidecar, queue } from './sample-sidecar.ts'

t.test('my queues', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, scripted } = sidecar
  const get = (who: object) => app.inject({ method: 'GET', url: '/api/v1/me/queues', headers: { ...who } })
  const post = (path: string, who: object, payload?: object) =>
    app.inject({
      method: 'POST',
      url: `/api/v1/me/queues/${path}`,
      headers: { ...who },
      ...(payload === undefined ? {} : { payload }),
    })
  const alice = bearer('101')
  const { directory } = scripted
  /** Alice in another standing than a static member's. */
  const standing = (over: object) => {
    const group = directory.groups.get(groupKey(queue))
    if (group === undefined) throw new Error('no queue')
    const members = group.members.map((one) =>
      one.extension === asExtension('101') ? { ...one, ...over } : one,
    )
    const groups = new Map(directory.groups).set(groupKey(queue), { ...group, members })
    scripted.change({ directory: { ...directory, groups } })
  }

  const seat = { number: '8000', name: 'Support Department', pausedReason: null }
  t.same((await get(alice)).json(), {
    items: [{ ...seat, membership: 'static', loggedIn: true, paused: false }],
  })
  t.same((await get(bearer('103'))).json(), { items: [] }, 'a ring group is no queue')
  t.match((await post('8000/pause', alice, { reason: 'Lunch' })).json(), {
    paused: true,
    pausedReason: 'Lunch',
  })
  t.match((await post('8000/pause', alice, {})).json(), { paused: true, pausedReason: null })
  t.match((await post('8000/unpause', alice)).json(), { paused: false })
  standing({ membership: 'allowed', loggedIn: false })
  t.match((await post('8000/login', alice)).json(), { loggedIn: true, membership: 'dynamic' })
  const notIn = await post('8000/pause', alice, {})
  standing({ membership: 'dynamic', loggedIn: true })
  t.match((await post('8000/logout', alice)).json(), { loggedIn: false, membership: 'allowed' })
  standing({})
  t.same(scripted.acts, [
    { kind: 'pause', reason: 'Lunch' },
    { kind: 'pause', reason: null },
    { kind: 'unpause' },
    { kind: 'log-in' },
    { kind: 'log-out' },
  ])

  const outcome = async (given: typeof scripted.desk.outcome) => {
    scripted.desk.outcome = given
    return post('8000/unpause', alice)
  }
  const table: [string, Awaited<ReturnType<typeof post>>, number, string][] = [
    ['paused where not logged in', notIn, 409, 'not-logged-in'],
    ['a static member', await post('8000/logout', alice), 422, 'always-logged-in'],
    ['somebody else’s queue', await post('8000/login', bearer('103')), 404, 'not-found'],
    ['no queue', await post('9999/login', alice), 404, 'not-found'],
    ['a ring group', await post('600/pause', bearer('103'), {}), 404, 'not-found'],
    ['no agent', await post('8000/login', bearer(null, ['admin'])), 403, 'not-an-agent'],
    ['two lines', await post('8000/pause', alice, { reason: 'a\r\nb' }), 400, 'invalid-request'],
    ['refused', await outcome({ kind: 'refused', reason: 'Put it so.' }), 502, 'pbx-refused'],
    ['away', await outcome({ kind: 'link-down' }), 503, 'pbx-away'],
    ['late', await outcome({ kind: 'unknown', reason: 'late' }), 504, 'pbx-unsure'],
  ]
  for (const [name, answer, status, code] of table) {
    t.equal(answer.statusCode, status, name)
    t.match(answer.json(), { code, detail: /\.$/ }, name)
  }
})
