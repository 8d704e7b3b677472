import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ConfigError, completeConfig, isPbxConfigured, readConfig } from '../module/config.ts'
import { readKeys } from '../module/keys.ts'

const pbx = {
  ami: { host: '127.0.0.1', port: 5038, username: 'parley', secret: 's' },
  ari: { url: 'http://127.0.0.1:8088/', username: 'parley', password: 'p' },
  spoolFolder: '/var/spool/asterisk/parley',
}

const complaint = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'nothing was wrong'
}

t.test('a config file is completed', async (t) => {
  const config = completeConfig({ pbx }, '/etc/parley')
  t.equal(config.http.port, 8077)
  t.equal(config.dataFolder, '/etc/parley/data')
  t.equal(config.keyFile, '/etc/parley/data/parley.key')
  t.equal(config.pbx.ari.url, 'http://127.0.0.1:8088')
  t.match(config.pbx, { namesFile: null, hintContexts: [], ringGroupContexts: [], didContexts: [] })
  t.match(config.pbx, { ami: { tls: false, ca: null }, ari: { ca: null } })
  t.throws(() => Object.assign(config, { dataFolder: 'x' }), 'frozen')
})

t.test('what the PBX can not tell is named by a file and by contexts', async (t) => {
  const config = completeConfig(
    {
      pbx: {
        ...pbx,
        ami: { ...pbx.ami, tls: true, ca: 'ca.pem' },
        ari: { ...pbx.ari, url: 'https://pbx.example:8089', ca: '/etc/ssl/ca.pem' },
        namesFile: 'names.json',
        hintContexts: ['phones'],
        ringGroupContexts: ['teams'],
        didContexts: ['from-carrier'],
      },
    },
    '/etc/parley',
  )
  t.match(config.pbx, {
    ami: { tls: true, ca: '/etc/parley/ca.pem' },
    ari: { ca: '/etc/ssl/ca.pem' },
    namesFile: '/etc/parley/names.json',
    hintContexts: ['phones'],
    ringGroupContexts: ['teams'],
    didContexts: ['from-carrier'],
  })
  t.match(
    complaint(() => completeConfig({ pbx: { ...pbx, ringGroupContexts: ['a\r\nAction: Logoff'] } }, '/')),
    /pbx\.ringGroupContexts/,
  )
})

t.test('what is wrong is named, with what it should be and how to set it', async (t) => {
  const withAmi = (ami: object) => () => completeConfig({ pbx: { ...pbx, ami } }, '/')
  t.match(
    complaint(() => completeConfig({}, '/')),
    /setting pbx is missing/,
  )
  const { secret: _, ...noSecret } = pbx.ami
  const missing = complaint(withAmi(noSecret))
  t.match(missing, /pbx\.ami\.secret is missing/)
  t.match(missing, /manager\.conf/)
  t.match(missing, /PARLEY_AMI_SECRET/)
  t.match(complaint(withAmi({ ...pbx.ami, port: 99999 })), /pbx\.ami\.port is wrong/)
  t.match(complaint(withAmi({ ...pbx.ami, prot: 1 })), /no setting pbx\.ami\.prot\./, 'a misspelt one too')
  t.match(
    complaint(() => completeConfig({ pbx, http: { publicUrl: 'pbx.example.com' } }, '/')),
    /http\.publicUrl is wrong/,
  )
})

t.test('the environment wins over the file, and secrets are guarded', async (t) => {
  const folder = t.testdir({
    'parley.json': JSON.stringify({ pbx }),
    'broken.json': '{',
    'list.json': '[]',
    'bare.json': '{"secret":hunter2}',
  })
  const path = join(folder, 'parley.json')
  chmodSync(path, 0o644)
  t.match(
    complaint(() => readConfig({ PARLEY_CONFIG: path })),
    /chmod 600/,
  )
  chmodSync(path, 0o640)
  t.match(
    complaint(() => readConfig({ PARLEY_CONFIG: path })),
    /chmod 600/,
    'nor is it the business of a group',
  )
  chmodSync(path, 0o600)
  const config = readConfig({
    PARLEY_CONFIG: path,
    PARLEY_AMI_PORT: '15038',
    PARLEY_AMI_TLS: 'true',
    PARLEY_AMI_CA: 'ca.pem',
    PARLEY_NAMES_FILE: '/var/lib/parley/names.json',
    PARLEY_HTTP_PORT: '9000',
  })
  t.match(config.pbx, {
    ami: { tls: true, ca: join(folder, 'ca.pem') },
    namesFile: '/var/lib/parley/names.json',
  })
  t.equal(config.pbx.ami.port, 15038)
  t.equal(config.http.port, 9000)
  t.equal(config.dataFolder, join(folder, 'data'), 'relative paths go from the file')
  t.match(
    complaint(() => readConfig({ PARLEY_CONFIG: path, PARLEY_AMI_PORT: 'many' })),
    /pbx\.ami\.port is wrong/,
  )
  t.match(
    complaint(() => readConfig({ PARLEY_CONFIG: path, PARLEY_AMI_TLS: 'maybe' })),
    /pbx\.ami\.tls is wrong.*tlsenable/,
  )
  for (const name of ['broken.json', 'list.json', 'bare.json']) {
    chmodSync(join(folder, name), 0o600)
    const sentence = complaint(() => readConfig({ PARLEY_CONFIG: join(folder, name) }))
    t.match(sentence, /JSON/)
    t.notMatch(sentence, /hunter2/, 'what stands in the file stays there')
  }
  t.match(
    complaint(() => readConfig({ PARLEY_CONFIG: join(folder, 'no.json') })),
    /can't be read/,
  )
  t.ok(isPbxConfigured({ PARLEY_CONFIG: 'x' }))
  t.ok(isPbxConfigured({ PARLEY_AMI_HOST: 'x' }))
  t.notOk(isPbxConfigured({ PARLEY_HTTP_PORT: '1', HOME: '/' }), 'a port alone does not name a PBX')
})

t.test('the key file is made once, for its owner alone', async (t) => {
  const file = join(t.testdir({}), 'keys', 'parley.key')
  const keys = readKeys(file)
  t.same(readKeys(file), keys)
  t.notSame(keys.tokenKey, keys.secretKey)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/)
  chmodSync(file, 0o640)
  t.match(
    complaint(() => readKeys(file)),
    /chmod 600/,
  )
  writeFileSync(file, 'short')
  chmodSync(file, 0o600)
  t.match(
    complaint(() => readKeys(file)),
    /backup/,
  )
})
