import t from 'tap'
import { asConversationId } from '../../module/domain/ids.ts'
import { bearer, createSampleSidecar, inbound } from './sample-sidecar.ts'

t.test('search, filters and counts', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, receiveInbound } = sidecar
  const get = async (url: string, who: object = bearer('101')) => {
    const answer = await app.inject({ method: 'GET', url: `/api/v1/${url}`, headers: { ...who } })
    return { status: answer.statusCode, body: answer.json() }
  }
  const said = (text: string, from: string, channel: 'sms' | 'whatsapp' | 'sip' = 'sms') =>
    receiveInbound(
      inbound({
        channel,
        sender: { kind: 'number', value: from },
        content: { kind: 'text', text, media: [] },
      }),
    )
  for (let n = 0; n < 60; n++) await said(`Line ${n}`, '+19542788086')
  await said('Where is my lamp?', '+14155550132', 'whatsapp')
  await said('A lamp by trunk', '+13055550188', 'sip')

  await t.test('what was said and who said it', async (t) => {
    const { body } = await get('search?q=lamp')
    t.match(body, {
      conversations: [],
      next: null,
      items: [
        { message: { snippet: { text: 'A lamp by trunk', marks: [[2, 6]] }, direction: 'in' } },
        { conversation: { customer: { address: '+14155550132' } } },
      ],
    })
    t.match((await get('search?q=2788')).body.conversations, [{ customer: { address: '+19542788086' } }])
    t.same((await get('search?q=lamp', bearer('103'))).body.items, [], 'in one’s own groups alone')
    t.same((await get('search?q=lamp&channel=sms')).body.items.length, 1, 'a trunk’s text is an SMS')
    t.same((await get('search?q=lamp&group=queue/8000&status=open')).body.items.length, 2)
    t.same((await get('search?q=lamp&group=ring-group/600')).body.items, [])
    t.equal((await get(`search?q=${encodeURIComponent('")*^')}`)).status, 200)
    const first = (await get('search?q=lamp&limit=1')).body
    const second = (await get(`search?q=lamp&limit=1&after=${first.next}`)).body
    t.match([first.items[0].message.snippet.text, second.items[0].message.snippet.text], [/trunk/, /Where/])
    t.equal(second.next, null)
    for (const bad of ['search', 'search?q=', 'search?q=x&after=nonsense', 'search?q=x&group=8000'])
      t.equal((await get(bad)).status, 400, bad)
  })

  await t.test('opens at its place', async (t) => {
    const [hit] = (await get('search?q=20')).body.items
    const { id } = hit.conversation
    const { body } = await get(`conversations/${id}/messages?around=${hit.message.id}&limit=10`)
    const lines = (page: { items: { text: string }[] }) => page.items.map(({ text }) => Number(text.slice(5)))
    t.same(lines(body), [25, 24, 23, 22, 21, 20, 19, 18, 17, 16])
    const up = (await get(`conversations/${id}/messages?after=${body.newer}&limit=10`)).body
    t.same(lines(up), [35, 34, 33, 32, 31, 30, 29, 28, 27, 26])
    const down = (await get(`conversations/${id}/messages?before=${body.next}&limit=3`)).body
    t.same(lines(down), [15, 14, 13])
    const end = (await get(`conversations/${id}/messages?after=${up.newer}&limit=50`)).body
    t.equal(lines(end)[0], 59)
    t.equal(end.newer, null)
    const [other] = (await get('search?q=lamp')).body.items
    t.equal((await get(`conversations/${id}/messages?around=${other.message.id}`)).status, 404)
    t.ok(sidecar.store.conversation(asConversationId(id)))
  })

  await t.test('lists and counts by group and channel', async (t) => {
    const list = async (query: string) =>
      (await get(`conversations?${query}`)).body.items.map(
        ({ channels }: { channels: string[] }) => channels[0],
      )
    t.same(await list('channel=sms'), ['sip', 'sms'])
    t.same(await list('channel=whatsapp'), ['whatsapp'])
    t.same(await list('group=ring-group/600'), [])
    t.same((await list('group=queue/8000')).length, 3)
    t.match((await get('conversations/counts')).body, { all: 3 })
    t.match((await get('conversations/counts?channel=sms&group=queue/8000')).body, { all: 2 })
    t.match((await get('conversations/counts?group=ring-group/600')).body, { all: 0 })
    const [a, b] = (await get('conversations')).body.items
    t.ok(a.place > b.place)
    t.equal((await get(`conversations?below=${a.place}&limit=1`)).body.items[0].id, b.id)
    t.match(a.activeAt, /^\d{4}-/)
  })

  await t.test(
    'an administrator without an extension has none of his own, unassigned ones neither',
    async (t) => {
      const admin = bearer(null, ['admin'])
      for (const extension of ['101', '102', '103', '104', '105', '106']) {
        await app.inject({
          method: 'PUT',
          url: `/api/v1/agents/${extension}/status`,
          headers: admin,
          payload: { state: 'away' },
        })
      }
      await said('Nobody is there', '+19540000099')
      t.equal((await get('conversations?filter=unassigned', admin)).body.items.length, 1)
      t.same((await get('conversations?filter=mine', admin)).body.items, [])
      t.match((await get('conversations/counts', admin)).body, { mine: 0, unassigned: 1 })
    },
  )
})
