import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { freePorts } from '../../module/lab/free-ports.ts'
import { startLab } from '../lab/start-lab.ts'
import { isLive, keptLog, linkCode, startPbx, until } from './pbx-under-test.ts'

const certificate = (name: string) => fileURLToPath(new URL(`./tls/${name}`, import.meta.url))
const lab = await startLab(t)
const { credentials } = lab.pbx
const { ami: amiTls, http: httpTls } = await freePorts()

async function configure(file: string, settings: string): Promise<void> {
  const path = join(lab.pbx.folder, 'etc', file)
  await writeFile(path, (await readFile(path, 'utf8')).replace('[general]\n', `[general]\n${settings}\n`))
}
const key = certificate('server.pem')
await configure(
  'manager.conf',
  `tlsenable=yes\ntlsbindaddr=127.0.0.1:${amiTls}\ntlscertfile=${key}\ntlsprivatekey=${key}`,
)
await configure(
  'http.conf',
  `tlsenable=yes\ntlsbindaddr=127.0.0.1:${httpTls}\ntlscertfile=${key}\ntlsprivatekey=${key}`,
)
await lab.pbx.stop()
await lab.pbx.start()

const access = (ca: string | null, host = '127.0.0.1') => ({
  ami: { host, port: amiTls, ...credentials.ami, tls: true, ca },
  ari: {
    url: `https://${host}:${httpTls}`,
    username: credentials.ari.username,
    password: credentials.ari.secret,
    ca,
  },
})

t.test('AMI and ARI over TLS, by the authority named', async (t) => {
  const pbx = startPbx(t, access(certificate('ca.pem')))
  await until(pbx, 'both up', () => isLive(pbx) && pbx.health().ari.kind === 'up')
  t.equal(pbx.snapshot().directory.extensions.size, 6)
  const phone = await lab.phone('101')
  const from = 'sip:8000@pbx.example'
  for (const text of ['short, by AMI', `long, by ARI ${'ü'.repeat(700)}`]) {
    t.same(await pbx.sendText({ to: 'pjsip:101', from, text }), { kind: 'handed-over' })
    t.equal((await phone.texts.next()).text, text)
  }
})

t.test('a certificate of somebody else, a name that is not in it, a peer without TLS', async (t) => {
  const refused = (pbx: ReturnType<typeof startPbx>) =>
    until(pbx, 'both refused', () => linkCode(pbx, 'ami') === 'fault' && linkCode(pbx, 'ari') === 'fault')
  const cases: [name: string, options: ReturnType<typeof access>][] = [
    ['another authority', access(certificate('other-ca.pem'))],
    ['none of the system’s', access(null)],
    ['another name', access(certificate('ca.pem'), 'localhost')],
    ['no authority at all', access(certificate('no-such-file.pem'))],
    ['a file that is none', access(certificate('README.md'))],
  ]
  for (const [name, options] of cases) {
    const log = keptLog()
    const pbx = startPbx(t, { ...options, log })
    await refused(pbx)
    const { ami, ari } = pbx.health()
    const says = /prove who it is|can't be read|no certificate/
    t.match([ami, ari], [{ sentence: says }, { sentence: says }], name)
    t.notMatch(JSON.stringify(log.lines), credentials.ami.secret)
    await pbx.close()
  }
  const plain = access(certificate('ca.pem'))
  const pbx = startPbx(t, { ...plain, ami: { ...plain.ami, port: lab.pbx.amiPort } })
  await until(pbx, 'a plain port', () => linkCode(pbx, 'ami') === 'fault')
  t.match(pbx.health().ami, { sentence: /no password was sent/ })
})
