import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import type { CarrierAccount, WebhookCarrier } from '../../module/app/ports/carriers.ts'
import { installSampleRule } from '../../module/cli/sample-pbx.ts'
import { sessionLink } from '../../module/cli/session-link.ts'
import { completeConfig } from '../../module/config.ts'
import type { ConversationListWire } from '../../module/contract/api/conversations.ts'
import type { MediaLinkWire, UploadWire } from '../../module/contract/api/media.ts'
import type { MessageListWire } from '../../module/contract/api/messages.ts'
import { asCarrierId } from '../../module/domain/ids.ts'
import { startSidecar } from '../../module/wiring.ts'
import { startLab } from '../lab/start-lab.ts'
import { until } from '../lab/until.ts'
import { png, startMediaHost } from '../media/media-host.ts'
import { anyHttpPort, live, settingsOf } from './start-desk.ts'

interface Fetched {
  readonly status: number
  readonly type: string | null
  readonly body: Buffer
}

t.test(
  'a photo comes and a file goes, through everything real but the carrier',
  { timeout: 110_000 },
  async (t) => {
    const lab = await startLab(t)
    const folder = await mkdtemp(join(tmpdir(), 'parley-files-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const host = await startMediaHost()
    t.teardown(() => host.close())
    const fetched: Fetched[] = []

    const settings = settingsOf(lab, folder, await anyHttpPort())
    const base = `http://127.0.0.1:${settings.http.port}`
    const config = completeConfig({ ...settings, http: { ...settings.http, publicUrl: base } }, folder)

    /** It brings messages as JSON, keeps their files on its host, and fetches ours as carriers do. */
    const createCarrier = ({ id }: CarrierAccount): WebhookCarrier => ({
      id,
      channels: ['sms'],
      numbers: null,
      limits: {
        perSecond: 100,
        perPairMs: 0,
        longestText: 1600,
        media: { most: 3, longestBytes: 1024 * 1024 },
        windowMs: {},
      },
      media: {
        locate: async ({ url }) => ({
          kind: 'at',
          url: host.origin + url,
          headers: { authorization: 'Bearer carrier' },
          credentialHosts: ['127.0.0.1'],
        }),
      },
      receive: ({ body, receivedAt }) => ({
        kind: 'content',
        inbound: [
          {
            carrierId: id,
            carrierMessageId: createHash('sha256').update(body).digest('hex'),
            channel: 'sms',
            sender: { kind: 'number', value: '+19542788086' },
            senderName: null,
            did: { kind: 'number', value: '+16313808000' },
            content: {
              kind: 'text',
              text: 'Is it this one?',
              media: JSON.parse(Buffer.from(body).toString()),
            },
            carrierAt: null,
            receivedAt,
          },
        ],
        reports: [],
        answer: { status: 200, contentType: 'text/plain', body: 'ok' },
      }),
      async send({ content }) {
        for (const { url } of content.kind === 'text' ? content.media : []) {
          const head = await fetch(url, { method: 'HEAD' })
          const answer = await fetch(url)
          const body = Buffer.from(await answer.arrayBuffer())
          fetched.push({ status: head.status, type: answer.headers.get('content-type'), body })
        }
        return { kind: 'taken', carrierMessageId: 'c1', state: 'sent' }
      },
      close: async () => {},
    })
    const sidecar = await startSidecar(config, pino({ level: 'silent' }), {
      createCarrier,
      mediaOrigins: [host.origin],
    })
    t.teardown(() => sidecar.close())
    await installSampleRule(sidecar)
    const account = { id: asCarrierId('files'), kind: 'twilio', name: 'Files', enabled: true }
    await sidecar.carriers.save({ ...account, settings: {}, secrets: {} })
    await live(sidecar)

    const tokenOf = (extension: string) =>
      sessionLink({
        tokenKey: sidecar.tokenKey,
        url: base,
        page: 'agent',
        extension,
        roles: ['agent'],
        hours: 1,
      }).token
    const asAgent = (extension: string, path: string, init: RequestInit = {}) =>
      fetch(`${base}/api/v1/${path}`, {
        ...init,
        headers: { authorization: `Bearer ${tokenOf(extension)}`, connection: 'close', ...init.headers },
      })
    const json = async <T>(answer: Promise<Response>): Promise<T> => (await answer).json() as Promise<T>

    // The host answers nothing until the message stands: no carrier waits for its own files.
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    host.on('/photo', (_request, response) => void released.then(() => response.end(png(1200, 800))))
    const webhook = await fetch(`${base}/webhooks/files`, {
      method: 'POST',
      body: JSON.stringify([{ url: '/photo', contentType: 'image/jpeg', fileName: null }]),
    })
    t.equal(webhook.status, 200)
    const list = await json<ConversationListWire>(asAgent('101', 'conversations'))
    const id = list.items[0]?.id ?? ''
    t.match(list.items[0]?.lastMessage, { preview: 'Is it this one?' })
    const newest = async () =>
      (await json<MessageListWire>(asAgent('101', `conversations/${id}/messages`))).items[0]
    t.match((await newest())?.media, [{ state: 'waiting', title: 'Photo', url: null }])

    release()
    await until('the photo is here', async () => (await newest())?.media[0]?.state === 'stored')
    const [photo] = (await newest())?.media ?? []
    t.match(photo, {
      contentType: 'image/png',
      size: { width: 1200, height: 800 },
      url: /^\/api\/v1\/media\//,
    })
    t.equal(host.requests[0]?.headers.authorization, 'Bearer carrier')
    const served = await asAgent('102', `media/${photo?.id}`)
    t.same([served.status, served.headers.get('x-content-type-options')], [200, 'nosniff'])
    t.same(Buffer.from(await served.arrayBuffer()), png(1200, 800))
    const link = await json<MediaLinkWire>(asAgent('101', `media/${photo?.id}/link`))
    t.equal((await fetch(base + link.url)).status, 200)
    const { directory } = sidecar.pbx.snapshot()
    const members = [...directory.groups.values()].find(({ ref }) => ref.number === '8000')?.members ?? []
    const stranger = [...directory.extensions.keys()].find(
      (extension) => !members.some((member) => member.extension === extension),
    )
    t.equal((await asAgent(stranger ?? '', `media/${photo?.id}`)).status, 404, 'not for another group')

    const uploaded = await json<UploadWire>(
      asAgent('101', 'uploads?name=price%20list.csv', { method: 'POST', body: 'item;price\nchair;80\n' }),
    )
    t.match(uploaded, { name: 'price list.csv', contentType: 'text/plain', byteLength: 20 })
    const reply = await asAgent('101', `conversations/${id}/messages`, {
      method: 'POST',
      headers: { 'idempotency-key': 'files-both-ways', 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'Here are our prices.', media: [uploaded.id] }),
    })
    t.equal(reply.status, 201, await reply.clone().text())
    await until('it is sent', async () => (await newest())?.state === 'sent')
    t.same(fetched, [
      { status: 200, type: 'text/plain; charset=utf-8', body: Buffer.from('item;price\nchair;80\n') },
    ])
  },
)
