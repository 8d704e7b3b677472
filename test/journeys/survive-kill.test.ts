import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { sessionLink } from '../../module/cli/session-link.ts'
import { completeConfig } from '../../module/config.ts'
import type { MessageListWire } from '../../module/contract/api/messages.ts'
import { readKeys } from '../../module/keys.ts'
import { moduleRoot } from '../../module/manifest.ts'
import { buildFragments } from '../../ui-fragments/build.ts'
import { startLab } from '../lab/start-lab.ts'
import { until } from '../lab/until.ts'
import { anyHttpPort, settingsOf } from './start-desk.ts'

const authToken = 'kill-test-token'
const publicUrl = 'https://pbx.example.com/parley'

t.test(
  'kill -9 at any instant loses nothing acknowledged and doubles nothing',
  { timeout: 110_000 },
  async (t) => {
    const lab = await startLab(t)
    const folder = await mkdtemp(join(tmpdir(), 'parley-kill-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    await buildFragments({})
    const settings = settingsOf(lab, folder, await anyHttpPort())
    const config = completeConfig(settings, folder)
    const configFile = join(folder, 'parley.json')
    await writeFile(configFile, JSON.stringify({ ...settings, logLevel: 'error' }), { mode: 0o600 })
    const base = `http://127.0.0.1:${config.http.port}`
    const { token } = sessionLink({
      tokenKey: readKeys(config.keyFile).tokenKey,
      url: base,
      page: 'admin',
      extension: null,
      roles: ['admin'],
      hours: 1,
    })
    // Connections kept from before a kill would fail the first request after it.
    const close = { connection: 'close' }
    const headers = { ...close, authorization: `Bearer ${token}`, 'content-type': 'application/json' }

    let child: ChildProcess | undefined
    t.teardown(() => kill())

    async function start(): Promise<void> {
      child = spawn(process.execPath, ['module/main.ts'], {
        cwd: moduleRoot,
        env: { ...process.env, PARLEY_CONFIG: configFile },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      await until(
        'the sidecar answers',
        async () => (await fetch(`${base}/health/live`, { headers: close }).catch(() => null))?.ok === true,
        30_000,
      )
    }
    async function kill(): Promise<void> {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    async function put(path: string, body: object): Promise<void> {
      const answer = await fetch(`${base}/api/v1/${path}`, {
        method: 'PUT',
        headers,
        body: JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    }
    async function get<T>(path: string): Promise<T> {
      return (await (await fetch(`${base}/api/v1/${path}`, { headers })).json()) as T
    }
    /** Every inbound text that Parley has, in all conversations. */
    async function texts(): Promise<string[]> {
      const { items } = await get<{ items: { id: string }[] }>('conversations?limit=200')
      const all: string[] = []
      for (const { id } of items) {
        for (let before = ''; ; ) {
          const page = await get<MessageListWire>(`conversations/${id}/messages?limit=200${before}`)
          all.push(...page.items.map(({ text }) => text))
          if (page.next === null) break
          before = `&before=${page.next}`
        }
      }
      return all
    }

    await start()
    await put('carriers/trunk1', {
      kind: 'sip-message',
      name: 'Trunk',
      enabled: true,
      settings: { trunk: 'trunk1', fromHost: '127.0.0.1' },
    })
    await put('carriers/twilio', {
      kind: 'twilio',
      name: 'Twilio',
      enabled: true,
      settings: { accountSid: `AC${'0'.repeat(32)}`, numbers: ['+16313808000'] },
      secrets: { authToken },
    })
    await put('rules/r1', {
      name: 'Support',
      position: 0,
      enabled: true,
      dids: ['16313808000'],
      channels: null,
      destination: { kind: 'queue', number: '8000' },
    })

    await t.test('webhooks', async (t) => {
      const url = `${publicUrl}/webhooks/twilio`
      const acknowledged = new Set<string>()
      /** At so many acknowledged messages Parley is killed; 0 for never. */
      let killAt = 0
      let cutShort = 0
      async function post(text: string): Promise<void> {
        const sid = `SM${Buffer.from(text).toString('hex').padStart(32, '0')}`
        const fields: Record<string, string> = {
          AccountSid: `AC${'0'.repeat(32)}`,
          Body: text,
          From: '+19542788086',
          MessageSid: sid,
          NumMedia: '0',
          To: '+16313808000',
        }
        const signed =
          url +
          Object.keys(fields)
            .sort()
            .map((name) => name + fields[name])
            .join('')
        const signature = createHmac('sha1', authToken).update(signed).digest('base64')
        const answer = await fetch(`${base}/webhooks/twilio`, {
          method: 'POST',
          headers: { ...close, 'x-twilio-signature': signature },
          body: new URLSearchParams(fields),
        }).catch(() => null)
        if (answer?.status === 200) {
          acknowledged.add(text)
          // In the middle of the others, which are being committed or not even read.
          if (acknowledged.size === killAt) child?.kill('SIGKILL')
        } else if (answer !== null) throw new Error(`the webhook answered ${answer.status}`)
      }
      const sent: string[] = []
      for (let round = 0; round < 4; round++) {
        const batch = Array.from({ length: 150 }, (_, index) => `w${round}-${index}`)
        sent.push(...batch)
        killAt = acknowledged.size + 5 + Math.floor(Math.random() * 60)
        await Promise.all(batch.map(post))
        await kill()
        killAt = 0
        const before = new Set(acknowledged)
        await start()
        const stored = await texts()
        t.same(
          [...before].filter((text) => !stored.includes(text)),
          [],
          `round ${round}: all ${before.size} acknowledged are there`,
        )
        cutShort += sent.length - before.size
        // As a carrier does, everything is delivered again that it is not sure of, and some of the rest.
        await Promise.all(batch.map(post))
      }
      const stored = (await texts()).filter((text) => text.startsWith('w'))
      t.ok(cutShort > 0, `${cutShort} were cut short and sent again`)
      t.equal(stored.length, sent.length, 'all there')
      t.equal(new Set(stored).size, sent.length, 'none twice')
    })

    await t.test('SIP messages', async (t) => {
      const sent = Array.from({ length: 120 }, (_, index) => `s-${index}`)
      const sending = (async () => {
        for (const [index, text] of sent.entries()) {
          t.equal(
            (
              await lab.carrier.sendText({
                from: `+1954278${String(8000 + (index % 7))}`,
                to: '16313808000',
                text,
              })
            ).code,
            202,
          )
          await sleep(8)
        }
      })()
      for (let kills = 0; kills < 3; kills++) {
        await sleep(150 + Math.random() * 200)
        await kill()
        await start()
      }
      await sending
      await until(
        'the spool is empty',
        async () => (await readdir(join(lab.pbx.spoolFolder, 'new'))).length === 0,
        20_000,
      )
      await until(
        'all are stored',
        async () => (await texts()).filter((text) => text.startsWith('s-')).length >= sent.length,
      )
      const stored = (await texts()).filter((text) => text.startsWith('s-'))
      t.same(stored.toSorted(), sent.toSorted(), 'each of them once')
      const { items } = await get<{ items: { customer: { address: string } }[] }>('conversations')
      t.equal(items.length, 8, 'one conversation a customer, whatever channel and restart')
      t.equal(items.filter(({ customer }) => customer.address === '+19542788086').length, 1)
    })
  },
)
