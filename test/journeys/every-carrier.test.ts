import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import type { CarrierAccount } from '../../module/app/ports/carriers.ts'
import { type CarrierDeps, createCarrier } from '../../module/carriers/registry.ts'
import { sessionLink } from '../../module/cli/session-link.ts'
import { completeConfig } from '../../module/config.ts'
import type { CarrierHealthWire, CarrierWire } from '../../module/contract/api/carriers.ts'
import type { ConversationListWire } from '../../module/contract/api/conversations.ts'
import type { MessageListWire } from '../../module/contract/api/messages.ts'
import { createLog } from '../../module/log.ts'
import { startSidecar } from '../../module/wiring.ts'
import { answer, startFaultyServer } from '../carriers/faulty-server.ts'
import { startLab } from '../lab/start-lab.ts'
import { until } from '../lab/until.ts'
import { png, startMediaHost } from '../media/media-host.ts'
import { photoUrl, question, type ScriptedCall, scripts } from './carrier-scripts.ts'
import { anyHttpPort, live, settingsOf } from './start-desk.ts'

const trunkCustomer = '+19542780007'

t.test(
  'every kind of carrier: set up by the API, a text in with its photo, a reply out, its delivery told',
  { timeout: 110_000 },
  async (t) => {
    const lab = await startLab(t)
    const folder = await mkdtemp(join(tmpdir(), 'parley-carriers-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const host = await startMediaHost()
    t.teardown(() => host.close())
    host.on('/photo', (_request, response) => void response.end(png(12, 8)))
    const api = await startFaultyServer()
    t.teardown(() => api.close())
    api.behave((socket, request) => {
      const script = scripts.find(({ takes }) => takes.path === request.path && request.method === 'POST')
      const also = scripts.flatMap((each) => Object.entries(each.also ?? {}))
      const found = also.find(([path]) => path === request.path)?.[1]
      if (script !== undefined)
        answer(script.takes.status, JSON.stringify(script.takes.body))(socket, request)
      else if (found !== undefined) answer(200, JSON.stringify(found))(socket, request)
      else answer(404, '{}')(socket, request)
    })

    const settings = settingsOf(lab, folder, await anyHttpPort())
    const base = `http://127.0.0.1:${settings.http.port}`
    const config = completeConfig({ ...settings, http: { ...settings.http, publicUrl: base } }, folder)
    const lines: string[] = []
    const stream = new PassThrough()
    stream.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
    const sidecar = await startSidecar(config, createLog('debug', stream), {
      createCarrier: (account, deps) => realCarrier(account, { ...deps, apiBase: api.url }, host.origin),
      mediaOrigins: [host.origin],
    })
    let closed = false
    const close = async () => {
      if (!closed) await sidecar.close()
      closed = true
    }
    t.teardown(close)
    await live(sidecar)

    const answers: string[] = []
    const tokenOf = (extension: string | null) =>
      sessionLink({
        tokenKey: sidecar.tokenKey,
        url: base,
        page: extension === null ? 'admin' : 'agent',
        extension,
        roles: [extension === null ? 'admin' : 'agent'],
        hours: 1,
      }).token
    async function call<T>(
      method: string,
      path: string,
      body?: object,
      extension: string | null = null,
    ): Promise<T> {
      const response = await fetch(`${base}/api/v1/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${tokenOf(extension)}`,
          connection: 'close',
          'idempotency-key': `key-of-${path}-${extension}`.replace(/[^a-z0-9-]/g, '-'),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      answers.push(text)
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return JSON.parse(text) as T
    }
    async function hear({ url, headers, body }: ScriptedCall): Promise<number> {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, connection: 'close' },
        body,
      })
      answers.push(await response.text())
      return response.status
    }
    const asAlice = <T>(path: string) => call<T>('GET', path, undefined, '101')
    async function conversationOf(customer: string) {
      const { items } = await asAlice<ConversationListWire>('conversations')
      return items.find((item) => item.customer.address === customer)
    }
    const newest = async (id: string) =>
      (await asAlice<MessageListWire>(`conversations/${id}/messages`)).items

    for (const { id, account } of scripts)
      await call<CarrierWire>('PUT', `carriers/${id}`, { ...account, name: id, enabled: true })
    await call('PUT', 'carriers/trunk', {
      kind: 'sip-message',
      name: 'SIP trunk',
      enabled: true,
      settings: { trunk: 'trunk1', fromHost: '127.0.0.1', numbers: ['+16313808000'] },
    })
    await call('PUT', 'rules/support', {
      name: 'Support',
      enabled: true,
      dids: ['16313808000'],
      channels: null,
      destination: { kind: 'queue', number: '8000' },
    })
    const { items } = await call<{ items: readonly CarrierWire[] }>('GET', 'carriers')
    t.same(
      new Set(items.map(({ kind }) => kind)),
      new Set(['twilio', 'signalwire', 'bandwidth', 'generic', 'whatsapp-cloud', 'telnyx', 'sip-message']),
    )
    const hookOf = (id: string) => items.find((each) => each.id === id)?.webhookUrl ?? ''

    for (const script of scripts) {
      await t.test(script.id, async (t) => {
        const hook = hookOf(script.id)
        t.equal(hook, `${base}/webhooks/${script.id}`)
        const came = script.inbound(hook)
        t.equal(await hear({ ...came, url: hook, headers: {} }), 403, 'not without its proof')
        const status = await hear(came)
        t.ok(status >= 200 && status < 300, `answered ${status}`)
        t.equal(await hear(came), status, 'and again when it is repeated')
        const conversation = await conversationOf(script.customer)
        t.match(conversation, { group: { number: '8000' }, lastMessage: { preview: question } })
        const id = conversation?.id ?? ''
        t.equal((await newest(id)).length, 1, 'once')
        await until('the photo is here', async () => (await newest(id))[0]?.media[0]?.state === 'stored')
        t.match((await newest(id))[0]?.media, [{ contentType: 'image/png', size: { width: 12, height: 8 } }])

        await call('POST', `conversations/${id}/messages`, { text: `Yes, says ${script.id}.` }, '101')
        await until('the carrier took it', async () => (await newest(id))[0]?.state === 'accepted')
        const sent = api.seen.filter((request) => request.path === script.takes.path)
        t.equal(sent.length, 1, 'sent once')
        const [request] = sent
        if (request === undefined) return
        t.match(decodeURIComponent(request.body).replaceAll('+', ' '), `Yes, says ${script.id}.`)
        const report = script.delivered(hook, request)
        t.ok((await hear(report)) < 300)
        t.match((await newest(id))[0], { direction: 'out', state: 'delivered', failure: null })
        t.ok((await hear(report)) < 300, 'told twice')
        t.equal((await newest(id))[0]?.state, 'delivered')

        const health = await call<CarrierHealthWire>('POST', `carriers/${script.id}/test`)
        t.match(health.webhook, { works: true, sentence: `${base} leads to this Parley.` })
      })
    }

    await t.test('the SIP trunk', async (t) => {
      await lab.carrier.sendText({ from: trunkCustomer, to: '16313808000', text: question })
      await until('the text is here', async () => (await conversationOf(trunkCustomer)) !== undefined)
      const conversation = await conversationOf(trunkCustomer)
      t.match(conversation, { group: { number: '8000' }, lastMessage: { preview: question } })
      const id = conversation?.id ?? ''
      await call('POST', `conversations/${id}/messages`, { text: 'Yes, says the trunk.' }, '101')
      t.match(await lab.carrier.texts.next(), { text: 'Yes, says the trunk.' })
      await until('it is handed over', async () => (await newest(id))[0]?.state === 'accepted')
    })

    await t.test('a PBX that stands still keeps no carrier waiting', async (t) => {
      const { pid } = lab.pbx
      if (pid === undefined) throw new Error('the PBX has no process')
      process.kill(pid, 'SIGSTOP')
      t.teardown(() => void process.kill(pid, 'SIGCONT'))
      for (const script of scripts) {
        const came = script.inbound(hookOf(script.id), 2)
        const started = performance.now()
        t.ok((await hear(came)) < 300)
        t.ok(performance.now() - started < 2000, `${script.id} is answered within 2 s`)
        const id = (await conversationOf(script.customer))?.id ?? ''
        t.match((await newest(id))[0], { direction: 'in', text: question }, 'and it is in the conversation')
        await until('its photo too', async () => (await newest(id))[0]?.media[0]?.state === 'stored')
      }
      process.kill(pid, 'SIGCONT')
    })

    await t.test('no secret stands in any answer, log line or file', async (t) => {
      const [flowroute] = scripts.filter(({ id }) => id === 'flowroute')
      const came = flowroute?.inbound(hookOf('flowroute'))
      if (came === undefined) throw new Error('no script')
      t.equal(await hear({ ...came, body: `{"note": "${came.url}", ` }), 200, 'unreadable, and kept')
      t.match(await call('GET', 'carriers/flowroute/raw-events/1'), { body: /key=\[secret\]/ })
      const secrets = scripts.flatMap(({ account }) => Object.values(account.secrets))
      const forms = secrets.flatMap((secret) => [
        secret,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        Buffer.from(secret).toString('hex'),
      ])
      t.ok(lines.length > 20, 'the log was heard')
      for (const form of forms)
        t.notOk((answers.join('\n') + lines.join('\n')).includes(form), 'told to nobody')
      // While it runs, with what the write-ahead log holds, and after it has been closed.
      const before = await plantedIn(folder, forms)
      await close()
      t.same([before, await plantedIn(folder, forms)], [[], []], 'stored nowhere in the open')
    })
  },
)

/** The carrier itself, with its API here, and its files at a host of ours instead of the address in the message. */
function realCarrier(account: CarrierAccount, deps: CarrierDeps, origin: string) {
  const carrier = createCarrier(account, deps)
  const { media } = carrier
  if (media === undefined) return carrier
  const { origin: theirs } = new URL(photoUrl)
  return {
    ...carrier,
    media: {
      locate: async (ref: Parameters<typeof media.locate>[0]) => {
        const found = await media.locate(ref)
        return found.kind === 'at' ? { ...found, url: found.url.replace(theirs, origin) } : found
      },
    },
  }
}

/** The files below a folder in which any of the words stands. */
async function plantedIn(folder: string, words: readonly string[]): Promise<readonly string[]> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  )
  const hits = await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(join(file.parentPath, file.name))
      return words.some((word) => bytes.includes(word)) ? [file.name] : []
    }),
  )
  if (!files.some(({ name }) => name.startsWith('parley.sqlite')))
    throw new Error('the database is not there')
  return hits.flat()
}
