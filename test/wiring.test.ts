import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { type Config, ConfigError, completeConfig } from '../module/config.ts'
import { createLog } from '../module/log.ts'
import { startSidecar } from '../module/wiring.ts'

async function listening() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

async function freePort(): Promise<number> {
  const { server, port } = await listening()
  await new Promise((resolve) => server.close(resolve))
  return port
}

t.test('a second Parley touches neither the first one’s database nor its port', async (t) => {
  const folder = t.testdir({})
  const log = createLog('silent')
  // No PBX answers there: that must not matter here.
  const noPbx = await freePort()
  const config = (port: number, dataFolder: string): Config =>
    completeConfig(
      {
        pbx: {
          ami: { host: '127.0.0.1', port: noPbx, username: 'parley', secret: 's' },
          ari: { url: `http://127.0.0.1:${noPbx}`, username: 'parley', password: 'p' },
          spoolFolder: join(folder, 'spool'),
        },
        http: { port },
        dataFolder,
      },
      folder,
    )
  const first = await startSidecar(config(await freePort(), 'one'), log)
  t.teardown(() => first.close())
  await t.rejects(
    startSidecar(config(await freePort(), 'one'), log),
    { constructor: ConfigError, message: /Another Parley works on .*one/ },
    'on the same folder',
  )
  const { server, port } = await listening()
  t.teardown(() => server.close())
  await t.rejects(
    startSidecar(config(port, 'two'), log),
    {
      constructor: ConfigError,
      message: new RegExp(`127\\.0\\.0\\.1:${port}: something else listens there`),
    },
    'on a port that is taken',
  )
  const other = await startSidecar(config(await freePort(), 'two'), log)
  await other.close()
  t.pass('what failed to start let go of its folder')
})
