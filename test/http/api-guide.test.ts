import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { moduleRoot } from '../../module/manifest.ts'
import { createSampleSidecar, inbound, tokenFor } from './sample-sidecar.ts'

const run = promisify(execFile)
const guide = readFileSync(join(moduleRoot, 'module/http/api.md'), 'utf8')
const examples = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text)

t.test('the guide’s examples do what it says', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  await sidecar.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = sidecar.app.server.address() as AddressInfo
  const receipt = await sidecar.receiveInbound(inbound())
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PARLEY: `http://127.0.0.1:${port}`,
    TOKEN: tokenFor(null, ['admin']),
    ID: receipt.kind === 'committed' ? receipt.conversationId : '',
    KEY: '',
  }
  const answers: string[] = []
  for (const example of examples) {
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', example], { env })
    answers.push(stdout)
    if (env.KEY === '') env.KEY = JSON.parse(stdout).key
    t.ok(stdout.length > 0, example)
  }
  const [key, list, reply, contact, dryRun, csv, person, sessions, audit] = answers
  t.match(JSON.parse(key ?? ''), { key: /^parley_/, name: 'Order system' })
  t.match(JSON.parse(list ?? ''), { items: [{ customer: { address: '+19542788086' } }] })
  t.match(JSON.parse(reply ?? ''), { direction: 'out', author: { extension: '101' } })
  t.match(JSON.parse(contact ?? ''), { name: 'Dana Doe', version: 1 })
  t.match(JSON.parse(dryRun ?? ''), { dryRun: true, created: 1, failed: 0 })
  t.match(csv, /Dana Doe/)
  t.match(JSON.parse(person ?? ''), { roles: ['agent', 'supervisor'] })
  t.match(JSON.parse(sessions ?? ''), { items: [{ state: 'open' }] })
  t.match(JSON.parse(audit ?? ''), { items: [{ act: 'person.save', target: 'person/102' }] })
})
