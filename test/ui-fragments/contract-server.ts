import { readFileSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import fastifyWebsocket from '@fastify/websocket'
import fastify, { type FastifyPluginAsync, type FastifyReply, type FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { MeWire } from '../../module/contract/api/groups.ts'
import type { ReplyBodyWire } from '../../module/contract/api/messages.ts'
import type { ClientFrame, ServerFrame, WatchersWire } from '../../module/contract/live.ts'
import { ContractModel, support } from './contract-model.ts'
import { contractThread, type ThreadFixtures } from './contract-thread.ts'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; base-uri 'none'; form-action 'none'"
const pages = new URL('../../ui-fragments/pages/', import.meta.url)

interface Scope {
  group?: string
  channel?: string
}

/** Tokens are `agent-101`, its later one `agent-101.2`, and `admin`; anything else is refused. */
const viewerOf = (token: string): string | null | undefined =>
  token === 'admin' ? null : /^agent-(\d+)(?:\.\d+)?$/.exec(token)?.[1]

interface MessagesAsked {
  Params: { id: string }
  Querystring: { before?: string; around?: string; after?: string }
}

export type ContractServer = Awaited<ReturnType<typeof startContractServer>>

/**
 * A small server that speaks the panels' contract: real HTTP, real sockets, the real pages under the real content
 * security policy, over a model in memory. `under` mounts all of it in a folder, as a proxy would.
 */
export async function startContractServer(options: { assets?: string; under?: string } = {}) {
  const { assets, under = '' } = options
  const model = new ContractModel()
  const sockets = new Map<WebSocket, string | null>()
  const hellos: Array<Extract<ClientFrame, { type: 'hello' }>> = []
  const requests: string[] = []
  const watching: Array<Extract<ClientFrame, { type: 'viewing' | 'typing' }>> = []
  const thread: ThreadFixtures = {
    files: new Map(),
    ways: [],
    templates: [],
    groups: [],
    timeline: [],
    uploads: [],
    replies: [],
    handovers: [],
  }
  /** Tests make the server misbehave by these. */
  const faults = {
    loseReplyAnswers: 0,
    refuseLive: false,
    refuseNotes: false,
    refuseSearch: false,
    pbxAway: false,
    expired: false,
    stale: false,
    down: false,
  }
  const app = fastify({ forceCloseConnections: true })

  const problem = (reply: FastifyReply, status: number, code: string, detail: string, more: object = {}) =>
    reply
      .code(status)
      .type('application/problem+json')
      .send({ type: `urn:parley:problem:${code}`, title: 'Not done', status, code, detail, ...more })
  const me = (request: FastifyRequest): string | null =>
    viewerOf(String(request.headers.authorization).replace('Bearer ', '')) ?? null
  const send = (socket: WebSocket, frame: ServerFrame) => socket.send(JSON.stringify(frame))
  const presence = (full: boolean): ServerFrame => ({
    type: 'presence',
    stale: faults.stale,
    full,
    groups: [{ kind: support.kind, number: support.number, people: model.people }],
  })

  const hears = (viewer: string | null, { event }: (typeof model.events)[number]) =>
    !('agent' in event) || event.agent === viewer
  model.onEvent((event) => {
    for (const [socket, viewer] of sockets) if (hears(viewer, event)) send(socket, event)
  })
  await app.register(fastifyWebsocket)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('content-security-policy', policy)
    requests.push(`${request.method} ${request.url}`)
    if (faults.down) request.raw.destroy()
  })
  app.setErrorHandler((error: Error, _request, reply) => problem(reply, 500, 'internal-error', error.message))

  const place: FastifyPluginAsync = async (root) => {
    if (assets !== undefined) await root.register(fastifyStatic, { root: assets, prefix: '/assets/' })
    for (const page of ['agent', 'admin']) {
      root.get(`/${page}`, (_request, reply) =>
        reply.type('text/html; charset=utf-8').send(readFileSync(new URL(`${page}.html`, pages))),
      )
    }
    root.get<{ Params: { id: string } }>('/file/:id', (request, reply) => {
      const file = thread.files.get(request.params.id)
      return file === undefined ? reply.code(404).send() : reply.type(file.contentType).send(file.bytes)
    })
    root.get('/live', { websocket: true }, (socket: WebSocket) => {
      if (faults.refuseLive || faults.down) return socket.terminate()
      socket.on('close', () => sockets.delete(socket))
      socket.on('message', (data) => {
        const frame = JSON.parse(data.toString()) as ClientFrame
        if (frame.type === 'viewing' || frame.type === 'typing') {
          watching.push(frame)
          return
        }
        const viewer = faults.expired ? undefined : viewerOf(frame.token)
        if (viewer === undefined) {
          send(socket, { type: 'refused', code: 'expired', sentence: 'Your session has expired.' })
          return socket.close()
        }
        const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
        if (frame.type === 'renew') return send(socket, { type: 'renewed', expiresAt })
        hellos.push(frame)
        send(socket, { type: 'ready', cursor: model.cursor, expiresAt })
        const from = frame.cursor === null ? model.events.length : Number(frame.cursor.split('.')[1])
        if (from < model.forgotten) send(socket, { type: 'reset', cursor: model.cursor })
        else for (const event of model.events.slice(from)) if (hears(viewer, event)) send(socket, event)
        send(socket, presence(true))
        sockets.set(socket, viewer)
      })
    })
    await root.register(api, { prefix: '/api/v1' })
  }

  const api: FastifyPluginAsync = async (root) => {
    root.addHook('onRequest', async (request, reply) => {
      const token = String(request.headers.authorization).replace('Bearer ', '')
      if (faults.expired || viewerOf(token) === undefined) {
        return problem(reply, 401, 'expired', 'Your session has expired.')
      }
    })
    type ById = { Params: { id: string } }

    root.get('/me', async (request): Promise<MeWire> => {
      const extension = me(request)
      return {
        extension,
        name: extension === null ? 'Administrator' : model.nameOf(extension),
        roles: extension === null ? ['admin'] : ['agent'],
        groups: [...model.groups],
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      }
    })
    const inScope = (one: ConversationWire, { group, channel }: Scope) =>
      (group === undefined || `${one.group.kind}/${one.group.number}` === group) &&
      (channel === undefined ||
        one.channels.some((each) => each === channel || (channel === 'sms' && each === 'sip')))
    const fits = ({ status, designated }: ConversationWire, filter: string, extension: string | null) =>
      filter === 'closed'
        ? status === 'closed'
        : status === 'open' &&
          (filter === 'all' ||
            (filter === 'mine' ? designated?.extension === extension : designated === null))
    root.get<{ Querystring: Scope & { filter?: string; below?: string; limit?: string } }>(
      '/conversations',
      async (request) => {
        const { filter = 'all', below, limit = '50' } = request.query
        const extension = me(request)
        const most = Number(limit)
        const all = [...model.conversations.values()]
          .filter((one) => fits(one, filter, extension) && inScope(one, request.query))
          .sort((a, b) => b.place - a.place)
        const rest = below === undefined ? all : all.filter(({ place }) => place < Number(below))
        return {
          items: rest.slice(0, most).map(({ id }) => model.wireFor(id, extension)),
          next: rest.length > most ? 'more' : null,
          cursor: model.cursor,
          totals: { unreadMessages: 0, unreadConversations: 0, mentions: 0, mentioningConversations: 0 },
        }
      },
    )
    root.get<{ Querystring: Scope }>('/conversations/counts', async (request) => {
      const extension = me(request)
      const count = (filter: string) =>
        Math.min(
          1000,
          [...model.conversations.values()].filter(
            (one) => fits(one, filter, extension) && inScope(one, request.query),
          ).length,
        )
      return { all: count('all'), mine: count('mine'), unassigned: count('unassigned') }
    })
    root.get<{ Querystring: Scope & { q: string; after?: string } }>('/search', async (request, reply) => {
      if (faults.refuseSearch) return problem(reply, 503, 'unavailable', 'Parley is restarting.')
      return model.search(request.query.q, me(request), Number(request.query.after ?? '0'))
    })
    root.get('/me/status', async () => model.status)
    root.put<{ Body: { state: 'available' | 'away'; until?: string; reason?: string } }>(
      '/me/status',
      async (request) => {
        const { state, until = null, reason = null } = request.body
        const since = state === 'away' ? new Date().toISOString() : null
        model.status = { state, since, until, reason, by: state === 'away' ? 'Alice Adams' : null }
        return model.status
      },
    )
    root.get('/me/queues', async () => ({ items: model.myQueues }))
    for (const [act, change] of [
      ['pause', { paused: true }],
      ['unpause', { paused: false, pausedReason: null }],
      ['login', { loggedIn: true }],
      ['logout', { loggedIn: false, paused: false, pausedReason: null }],
    ] as const) {
      root.post<{ Params: { number: string }; Body?: { reason?: string } }>(
        `/me/queues/:number/${act}`,
        async (request, reply) => {
          if (faults.pbxAway)
            return problem(reply, 503, 'pbx-away', 'The PBX is not answering. Try again in a moment.')
          const reason = act === 'pause' ? { pausedReason: request.body?.reason ?? null } : {}
          model.myQueues = model.myQueues.map((queue) =>
            queue.number === request.params.number ? { ...queue, ...change, ...reason } : queue,
          )
          return model.myQueues.find(({ number }) => number === request.params.number)
        },
      )
    }
    root.get<ById>('/conversations/:id', async (request, reply) => {
      return model.conversations.has(request.params.id)
        ? model.wireFor(request.params.id, me(request))
        : problem(reply, 404, 'not-found', 'This conversation does not exist.')
    })
    root.get<MessagesAsked>('/conversations/:id/messages', async (request, reply) => {
      const { around, after } = request.query
      const held = model.messages.get(request.params.id) ?? []
      const all = [...held].reverse()
      if (around !== undefined || after !== undefined) {
        const place = around === undefined ? Number(after) : held.findIndex(({ id }) => id === around)
        if (place < 0) return problem(reply, 404, 'not-found', 'There is no such message.')
        const [start, end] =
          around === undefined ? [place, place + 50] : [Math.max(0, place - 25), place + 25]
        return {
          items: held.slice(start, end).reverse(),
          next: around !== undefined && start > 0 ? String(held.length - start) : null,
          newer: end < held.length ? String(end) : null,
          cursor: model.cursor,
        }
      }
      const from = Number(request.query.before ?? '0')
      return {
        items: all.slice(from, from + 50),
        next: from + 50 < all.length ? String(from + 50) : null,
        cursor: model.cursor,
      }
    })
    root.get<ById>('/conversations/:id/decisions', async (request) => ({
      items: model.decisions.get(request.params.id) ?? [],
    }))
    await root.register(contractThread, { model, fixtures: thread, me, problem })
    root.post<ById & { Body: ReplyBodyWire }>('/conversations/:id/messages', async (request, reply) => {
      const { id } = request.params
      const { seen, confirm } = request.body
      thread.replies.push(request.body)
      const since = model.answeredSince(id, seen, me(request))
      if (seen !== undefined && confirm !== true && since !== null)
        return problem(reply, 409, 'answered-meanwhile', `${since} answered this customer just now.`, {
          changedBy: since,
        })
      const { customer } = model.get(id)
      if (!customer.answerable)
        return problem(reply, 422, 'cannot-be-answered', `${customer.address} is a name.`)
      const message = model.reply(
        id,
        me(request) ?? '',
        request.body.text,
        String(request.headers['idempotency-key']),
      )
      if (faults.loseReplyAnswers > 0) {
        faults.loseReplyAnswers -= 1
        return problem(reply, 503, 'unavailable', 'Parley is restarting.')
      }
      return reply.code(201).send(message)
    })
    root.post<ById & { Body: { to: string; toGroup?: object; version?: number; note?: string } }>(
      '/conversations/:id/transfer',
      async (request, reply) => {
        const { id } = request.params
        const { to, version, note } = request.body
        const { designated, version: current } = model.get(id)
        if (designated?.extension !== me(request)) {
          return problem(reply, 403, 'not-designated', 'Only the designated agent can do this.', {
            designated,
          })
        }
        if (version !== current) {
          return problem(reply, 409, 'stale-version', 'This conversation changed meanwhile. Look again.', {
            current,
          })
        }
        thread.handovers.push(request.body)
        if (request.body.toGroup !== undefined) model.setStatus(id, 'closed')
        else model.designate(id, to, 'transfer', me(request), undefined, note ?? null)
        return model.get(id)
      },
    )
    root.post<ById>('/conversations/:id/read', async (request) =>
      model.read(request.params.id, me(request) ?? ''),
    )
    root.put<ById & { Body: { pinned?: boolean; muted?: boolean } }>(
      '/conversations/:id/preferences',
      async (request) => model.prefer(request.params.id, me(request) ?? '', request.body),
    )
    root.post<ById & { Body: { text: string; mentions?: string[] } }>(
      '/conversations/:id/notes',
      async (request, reply) => {
        if (faults.refuseNotes) return problem(reply, 403, 'not-an-agent', 'You may not write notes here.')
        return reply
          .code(201)
          .send(model.note(request.params.id, me(request), request.body.text, request.body.mentions))
      },
    )
    root.get<ById>('/conversations/:id/canned-replies', async (request) => ({
      items: [
        {
          id: 'c1',
          shortcut: 'bye',
          title: 'Goodbye',
          text: `Bye, ${model.get(request.params.id).customer.address}`,
        },
        { id: 'c2', shortcut: 'hello', title: 'Greeting', text: 'Hello, how can I help?' },
        { id: 'c3', shortcut: 'hours', title: 'Opening hours', text: 'We are open from nine to five.' },
      ],
    }))
    root.post<ById>('/conversations/:id/take', async (request, reply) => {
      const { designated } = model.get(request.params.id)
      if (designated !== null)
        return problem(reply, 409, 'already-designated', `${designated.name} has it.`, { designated })
      model.designate(request.params.id, me(request), 'take', me(request))
      return model.get(request.params.id)
    })
    for (const [verb, status] of [
      ['close', 'closed'],
      ['reopen', 'open'],
    ] as const) {
      root.post<ById>(`/conversations/:id/${verb}`, async (request) => {
        model.setStatus(request.params.id, status)
        return model.get(request.params.id)
      })
    }
    const detail = () => ({
      group: support,
      strategy: 'rrmemory',
      stale: faults.stale,
      people: model.people,
      foreign: [{ text: '5551234#', reason: 'outside-number' }],
    })
    root.get('/groups', async () => ({ items: [detail()] }))
    root.get('/groups/:kind/:number', async () => detail())
  }

  await app.register(place, { prefix: under })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `${origin}${under}/`,
    model,
    faults,
    hellos,
    thread,
    requests,
    watching,
    get panels() {
      return sockets.size
    },
    /** What colleagues do, as the live socket says it. */
    tellWatching: (conversations: readonly WatchersWire[]) => {
      for (const socket of sockets.keys()) send(socket, { type: 'watching', full: false, conversations })
    },
    tellPresence: () => {
      for (const socket of sockets.keys()) send(socket, presence(false))
    },
    dropSockets: () => {
      for (const socket of sockets.keys()) socket.terminate()
    },
    async close() {
      for (const socket of sockets.keys()) socket.terminate()
      await app.close()
    },
  }
}
