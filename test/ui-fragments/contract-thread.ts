import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { TemplateListWire, WayWire } from '../../module/contract/api/conversations.ts'
import type { GroupDetailWire } from '../../module/contract/api/groups.ts'
import type { ReplyBodyWire, StartBodyWire, TimelineWire } from '../../module/contract/api/messages.ts'
import type { ContractModel } from './contract-model.ts'

export interface ThreadFixtures {
  /** By the media's id. */
  readonly files: Map<string, { readonly contentType: string; readonly bytes: Buffer }>
  ways: WayWire[]
  templates: TemplateListWire['items']
  groups: GroupDetailWire[]
  timeline: TimelineWire['items']
  /** What was asked, as it came. */
  readonly replies: ReplyBodyWire[]
  readonly handovers: object[]
  readonly uploads: { readonly name: string; readonly byteLength: number }[]
}

interface Deps {
  readonly model: ContractModel
  readonly fixtures: ThreadFixtures
  readonly me: (request: FastifyRequest) => string | null
  readonly problem: (
    reply: FastifyReply,
    status: number,
    code: string,
    detail: string,
    more?: object,
  ) => FastifyReply
}

type ById = { Params: { id: string } }

/** What the panel asks for the open conversation beside its messages. */
export const contractThread: FastifyPluginAsync<Deps> = async (root, { model, fixtures, me, problem }) => {
  const { files, uploads } = fixtures
  root.get<ById>('/media/:id/link', async ({ params }, reply) =>
    files.has(params.id)
      ? {
          url: `/file/${params.id}`,
          expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
        }
      : problem(reply, 404, 'not-found', 'There is no such file.'),
  )
  root.post<ById>('/media/:id/retry', async () => ({ state: 'waiting' }))
  root.get<ById>('/conversations/:id/timeline', async () => ({ items: fixtures.timeline }))
  root.get<ById>('/conversations/:id/ways', async () => ({ items: fixtures.ways }))
  root.get<ById>('/conversations/:id/templates', async () => ({ items: fixtures.templates }))
  root.post<ById & { Body: { to: string | null } }>(
    '/conversations/:id/reassign',
    async ({ params, body }) => {
      fixtures.handovers.push(body)
      model.designate(params.id, body.to, 'reassign', null)
      return model.get(params.id)
    },
  )
  root.get('/transfer-groups', async () => ({ items: fixtures.groups }))
  root.patch<ById & { Body: { name: string } }>('/conversations/:id/customer', async ({ params, body }) => {
    const { customer } = model.get(params.id)
    model.change(params.id, { customer: { ...customer, name: body.name } })
    return model.get(params.id)
  })
  root.post<{ Body: StartBodyWire }>('/conversations', async (request, reply) => {
    const { to, text } = request.body
    if (!to.startsWith('+')) return problem(reply, 422, 'bad-number', `${to} is not a number.`)
    const { id } = model.inbound({ from: to, text: 'first', designated: me(request) })
    model.messages.set(id, [])
    model.reply(id, me(request) ?? '', text, String(request.headers['idempotency-key']))
    return reply.code(201).send(model.get(id))
  })
  root.post<ById>('/messages/:id/send-again', async (request, reply) => {
    for (const [id, messages] of model.messages) {
      const failed = messages.find((message) => message.id === request.params.id)
      if (failed === undefined) continue
      const key = String(request.headers['idempotency-key'])
      return reply.code(201).send(model.reply(id, me(request) ?? '', failed.text, key))
    }
    return problem(reply, 404, 'not-found', 'There is no such message.')
  })
  await root.register(async (raw) => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    raw.post<{ Querystring: { name: string }; Body: Buffer }>('/uploads', async ({ query, body }, reply) => {
      const id = `upload-${uploads.length + 1}`
      uploads.push({ name: query.name, byteLength: body.length })
      return reply
        .code(201)
        .send({ id, contentType: 'text/plain', byteLength: body.length, name: query.name, size: null })
    })
  })
}
