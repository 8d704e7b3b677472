import fc from 'fast-check'
import t from 'tap'
import { CarrierSettingsError } from '../../../module/carriers/account-settings.ts'
import type { CarrierDescription } from '../../../module/carriers/generic/generic-schema.ts'
import { presets } from '../../../module/carriers/generic/presets/presets.ts'
import type { OutboundMessage } from '../../../module/domain/message/message.ts'
import { answer, startFaultyServer } from '../faulty-server.ts'
import { testSendFaults } from '../send-faults.ts'
import { batchDescription, generic, photo, reply, webhookSecret } from './generic-account.ts'

const server = await startFaultyServer()
t.teardown(() => server.close())
const at = { apiBase: server.url }
const form = () => Object.fromEntries(server.last().form)
const json = (): unknown => JSON.parse(server.last().body)
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const text = reply.content.text
const withFiles: OutboundMessage = { ...reply, content: { kind: 'text', text, media: [photo, photo] } }
const withText = (text: string): OutboundMessage => ({ ...reply, content: { kind: 'text', text, media: [] } })

const voipMsSecrets = { webhookSecret, apiUser: 'ann@example.com', apiPassword: 'p&ss=1' }
const voipMs = generic({ preset: 'voip-ms', numbers: ['+16313808000'] }, voipMsSecrets, at)

t.test('VoIP.ms', async (t) => {
  server.behave(answer(200, '{"status":"success","sms":23434}'))
  t.same(await voipMs.send(reply), { kind: 'taken', carrierMessageId: '23434', state: 'accepted' })
  t.equal(`${server.last().method} ${server.last().path}`, 'POST /api/v1/rest.php')
  t.same(form(), {
    api_username: 'ann@example.com',
    api_password: 'p&ss=1',
    method: 'sendSMS',
    did: '6313808000',
    dst: '9542788086',
    message: text,
  })
  await voipMs.send(withText('é'.repeat(80)))
  t.equal(form().method, 'sendSMS', '160 bytes')
  server.behave(answer(200, '{"status":"success","mms":"99"}'))
  t.match(await voipMs.send(withText('é'.repeat(81))), { kind: 'taken', carrierMessageId: '99' })
  t.match(form(), { method: 'sendMMS', message: 'é'.repeat(81) }, 'a longer one goes as an MMS')
  t.notOk('media1' in form())
  await voipMs.send(withFiles)
  t.match(form(), { method: 'sendMMS', media1: photo.url, media2: photo.url })
  t.notOk('media3' in form())
  t.same(voipMs.numbers, [{ channel: 'sms', did: { kind: 'number', value: '+16313808000' } }])

  const before = server.seen.length
  t.match(await voipMs.send(withText('x'.repeat(2049))), { kind: 'refused', failure: { code: 'too-long' } })
  const four = { ...reply, content: { kind: 'text', text, media: [photo, photo, photo, photo] } } as const
  t.match(await voipMs.send(four), { kind: 'refused', failure: { code: 'media' } })
  t.equal(server.seen.length, before)

  const outcomes = [
    ['invalid_credentials', { kind: 'refused', failure: { code: 'credentials' } }],
    ['invalid_dst', { kind: 'refused', failure: { code: 'invalid-recipient', carrierCode: 'invalid_dst' } }],
    ['invalid_did', { kind: 'refused', failure: { code: 'invalid-sender' } }],
    ['sms_toolong', { kind: 'refused', failure: { code: 'too-long' } }],
    ['limit_reached', { kind: 'refused', failure: { code: 'carrier-error', sentence: /today/ } }],
    ['api_limit_exceeded', { kind: 'not-processed', holds: 'carrier' }],
    ['something_new', { kind: 'unknown' }],
    ['constructor', { kind: 'unknown' }],
  ] as const
  for (const [status, expected] of outcomes) {
    server.behave(answer(200, JSON.stringify({ status })))
    t.match(await voipMs.send(reply), expected, status)
  }
  server.behave(answer(200, '{"status":"success"}'))
  t.match(await voipMs.send(reply), { kind: 'unknown' }, 'no id: nothing says what was taken')
})

t.test('VoIP.ms', (t) => {
  testSendFaults(t, {
    server,
    send: (apiBase) => generic({ preset: 'voip-ms' }, voipMsSecrets, { apiBase }).send(reply),
    accepted: { status: 200, body: '{"status":"success","sms":23434}' },
  })
  t.end()
})

const flowrouteSecrets = { webhookSecret, accessKey: 'key', secretKey: 'secret' }
const bulkvsSecrets = { webhookSecret, apiUser: 'u', apiPassword: 'p' }
const bulkvsAnswer = (Status: string) =>
  JSON.stringify({ RefId: 'r-1', From: '1', MessageType: 'SMS', Results: [{ To: '1', Status }] })

t.test('Flowroute’s and BulkVS’ faults', (t) => {
  t.test('Flowroute', (t) => {
    testSendFaults(t, {
      server,
      send: (apiBase) => generic({ preset: 'flowroute' }, flowrouteSecrets, { apiBase }).send(reply),
      accepted: { status: 202, body: '{"data":{"id":"mdr2-9","type":"message"}}' },
    })
    t.end()
  })
  t.test('BulkVS', (t) => {
    testSendFaults(t, {
      server,
      send: (apiBase) => generic({ preset: 'bulkvs' }, bulkvsSecrets, { apiBase }).send(reply),
      accepted: { status: 200, body: bulkvsAnswer('SUCCESS') },
    })
    t.end()
  })
  t.end()
})

t.test('Flowroute', async (t) => {
  const flowroute = generic({ preset: 'flowroute' }, flowrouteSecrets, at)
  server.behave(answer(202, '{"data":{"id":"mdr2-9","links":{"self":"https://…"},"type":"message"}}'))
  t.same(await flowroute.send(reply), { kind: 'taken', carrierMessageId: 'mdr2-9', state: 'accepted' })
  t.equal(server.last().path, '/v2.1/messages')
  t.equal(server.last().headers.get('authorization'), basic('key:secret'))
  t.equal(server.last().headers.get('content-type'), 'application/vnd.api+json')
  const dlr_callback = `https://pbx.example.com/parley/webhooks/own/status?message=${reply.messageId}&key=${webhookSecret}`
  t.same(json(), { from: '16313808000', to: '19542788086', body: text, dlr_callback })
  await flowroute.send(withFiles)
  t.same(json(), {
    from: '16313808000',
    to: '19542788086',
    body: text,
    is_mms: true,
    media_urls: [photo.url, photo.url],
    dlr_callback,
  })
  await generic({ preset: 'flowroute' }, flowrouteSecrets, { ...at, publicUrl: null }).send(reply)
  t.same(json(), { from: '16313808000', to: '19542788086', body: text }, 'nobody can reach us')
  server.behave(answer(400, '{"errors":[{"detail":"to attribute is not a valid number","status":400}]}'))
  t.match(await flowroute.send(reply), { kind: 'refused', failure: { code: 'invalid-recipient' } })
  server.behave(answer(422, '{"errors":[{"detail":"Something else"}]}'))
  t.match(await flowroute.send(reply), {
    kind: 'refused',
    failure: { code: 'carrier-error', carrierCode: 'Something else', sentence: /Something else/ },
  })
})

t.test('BulkVS', async (t) => {
  const bulkvs = generic({ preset: 'bulkvs' }, bulkvsSecrets, at)
  server.behave(answer(200, bulkvsAnswer('SUCCESS')))
  t.same(await bulkvs.send(reply), { kind: 'taken', carrierMessageId: 'r-1', state: 'accepted' })
  t.same(json(), { From: '16313808000', To: ['19542788086'], Message: text })
  await bulkvs.send(withFiles)
  t.match(json(), { MediaURLs: [photo.url, photo.url] })
  server.behave(answer(200, bulkvsAnswer('FAILED')))
  t.match(await bulkvs.send(reply), { kind: 'refused' })
  server.behave(answer(200, bulkvsAnswer('PERHAPS')))
  t.match(await bulkvs.send(reply), { kind: 'unknown' })
})

t.test('credentials are asked for', async (t) => {
  const probed = async (status: number, body: string) => {
    server.behave(answer(status, body))
    return voipMs.probe?.check()
  }
  t.same(await probed(200, '{"status":"success","balance":{}}'), { kind: 'valid', expiresAt: null })
  t.equal(form().method, 'getBalance')
  t.match(await probed(200, '{"status":"ip_not_enabled"}'), { kind: 'invalid', sentence: /credentials/ })
  t.match(await probed(401, ''), { kind: 'invalid' })
  t.match(await probed(500, ''), { kind: 'unreachable' })
  const gone = generic({ preset: 'voip-ms' }, voipMsSecrets, { apiBase: 'http://no-such-host.invalid' })
  t.match(await gone.probe?.check(), { kind: 'unreachable' })
})

const ownSecrets = { webhookSecret, token: 'tökén"' }
const ownDescription = {
  ...batchDescription,
  channels: ['whatsapp', 'sms'],
  values: { region: 'eu-1' },
  sending: {
    requests: [
      {
        carries: 'text',
        method: 'POST',
        url: 'https://{{value.region}}.example.com/send/{{to}}?v=1',
        query: { region: '{{value.region}}', q: 'a{{text}}b' },
        headers: { 'X-Ref': '{{messageId}}' },
        json: { message: { text: 'Re: {{text}}', to: ['{{to}}'] }, dry: false, count: 1, none: null },
      },
      { carries: 'files', method: 'GET', url: 'https://api.example.com/files', query: { m: '{{media}}' } },
    ],
  },
  mediaAccess: {
    hosts: ['.example.com'],
    authentication: { kind: 'basic', user: 'u', password: '{{secret.token}}' },
  },
}

t.test('a text can’t break out of its place', async (t) => {
  const { probe: _, ...own } = { probe: 0, ...ownDescription }
  const carrier = generic(own, ownSecrets, at)
  server.behave(answer(200, '{}'))
  const strings = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '","to":"+1',
      '{{secret.token}}',
      '&region=x#',
      '\r\nX: 1',
      '\\',
      '\u2028',
      '%00%26',
      '\ud83d',
      '</script>',
    ),
  )
  await fc.assert(
    fc.asyncProperty(strings, async (text) => {
      const { kind } = await carrier.send(withText(text))
      const { path, body, headers } = server.last()
      const url = new URL(path, server.url)
      const sent = text.toWellFormed()
      if (kind !== 'taken' || url.pathname !== '/send/%2B19542788086') throw new Error(path)
      if (url.searchParams.get('q') !== `a${sent}b`) throw new Error('the query')
      if ([...url.searchParams.keys()].join() !== 'v,region,q') throw new Error('another parameter')
      const own = { message: { text: `Re: ${sent}`, to: ['+19542788086'] }, dry: false, count: 1, none: null }
      const given = JSON.stringify(JSON.parse(body)).toWellFormed()
      if (given !== JSON.stringify(own) && JSON.parse(body).message.text !== `Re: ${text}`)
        throw new Error('the JSON')
      if (headers.get('x-ref') !== reply.messageId || headers.has('x')) throw new Error('the headers')
      return true
    }),
    { numRuns: 150 },
  )
  t.match(await carrier.send({ ...reply, channel: 'whatsapp' }), { kind: 'taken', carrierMessageId: null })
  t.same(carrier.limits.windowMs, { whatsapp: 86_400_000 })
  await carrier
    .send(withFiles)
    .then((outcome) => t.match(outcome, { kind: 'refused', failure: { code: 'media' } }))
  const { credentialHosts, headers } = {
    credentialHosts: [],
    headers: {},
    ...(await carrier.media?.locate({ url: 'https://files.example.com/1', contentType: null })),
  }
  t.same(credentialHosts, ['.example.com'])
  t.same(headers, { authorization: basic('u:tökén"') })
  const template = { kind: 'template', template: { name: 'x', language: 'en', variables: {} }, text } as const
  t.match(await carrier.send({ ...reply, content: template }), { failure: { code: 'template' } })
  for (const value of ['+1954\r\nX: 1', '19542788086', '+1954@evil'])
    t.match(await carrier.send({ ...reply, to: { kind: 'number', value } }), {
      kind: 'refused',
      failure: { code: 'invalid-recipient' },
    })
  t.match(
    await generic(batchDescription, { webhookSecret }).send(reply),
    { kind: 'refused' },
    'only receives',
  )
})

t.test('every preset is a description that stands by itself', (t) => {
  for (const [name, description] of Object.entries(presets)) {
    const secrets = new Set(
      ['webhookSecret', ...JSON.stringify(description).matchAll(/\{\{secret\.(\w+)\}\}/g)].map((match) =>
        typeof match === 'string' ? match : String(match[1]),
      ),
    )
    const given = Object.fromEntries([...secrets].map((secret) => [secret, webhookSecret]))
    t.doesNotThrow(() => generic({ ...description }, given), name)
    for (const missing of secrets) {
      const { [missing]: _, ...rest } = given
      t.throws(() => generic({ preset: name }, rest), { path: `secrets.${missing}`, message: /is missing/ })
    }
    t.throws(() => generic({ preset: name }, { ...given, pasword: 'hunter2' }), {
      path: 'secrets.pasword',
      message: /not a secret/,
    })
  }
  t.end()
})

t.test('a description that is wrong says where and what', (t) => {
  const webhook = batchDescription.webhook
  const authentication = webhook?.authentication
  const message = { is: 'message', from: 'from', to: 'to', text: 'text' }
  const request = { method: 'POST', url: 'https://api.example.com/', json: { a: '{{text}}' } }
  const withWebhook = (change: object) => ({ webhook: { ...webhook, ...change } })
  const withProof = (change: object) => withWebhook({ authentication: { ...authentication, ...change } })
  const withEvent = (change: object) => withWebhook({ events: [{ ...message, ...change }] })
  const withRequest = (change: object) => ({
    ...batchDescription,
    sending: { requests: [{ ...request, ...change }] },
  })
  const withSending = (change: object) => ({
    ...batchDescription,
    sending: { requests: [request], ...change },
  })
  const table: readonly (readonly [Record<string, unknown>, string, RegExp])[] = [
    [{}, 'settings.preset', /name a preset, or describe/],
    [{ preset: 'voipms' }, 'settings.preset', /one of voip-ms, flowroute, bulkvs/],
    [{ preset: 'voip-ms', ...batchDescription }, 'settings.webhook', /comes with the preset/],
    [{ ...batchDescription, webhok: {} }, 'settings.webhok', /not a setting/],
    [{ ...batchDescription, numbers: ['6313808000'] }, 'settings.numbers.0', /a number in full/],
    [withWebhook({ body: 'xml' }), 'settings.webhook.body', /json, form or query/],
    [withWebhook({ methods: [] }), 'settings.webhook.methods', /list of GET and POST/],
    [withWebhook({ body: 'query' }), 'settings.webhook.methods', /must hold GET/],
    [withWebhook({ methods: ['GET'] }), 'settings.webhook.methods', /must hold POST/],
    [withWebhook({ each: 'a..b' }), 'settings.webhook.each', /no place/],
    [withWebhook({ events: [] }), 'settings.webhook.events', /list of events/],
    [
      withWebhook({ answer: { status: 99, contentType: 'text/plain', body: '' } }),
      'settings.webhook.answer.status',
      /200 to 599/,
    ],
    [withProof({ kind: 'trust' }), 'settings.webhook.authentication.kind', /where the proof stands/],
    [
      withProof({ header: undefined, kind: 'hmac' }),
      'settings.webhook.authentication.header',
      /name of an HTTP header|missing/,
    ],
    [withProof({ signed: 'constant' }), 'settings.webhook.authentication.signed', /must hold \{\{body\}\}/],
    [withProof({ signed: '{{body}}' }), 'settings.webhook.authentication.signed', /x-timestamp/],
    [
      withProof({ signed: '{{body}}{{secret.token}}' }),
      'settings.webhook.authentication.signed',
      /means nothing/,
    ],
    [withProof({ signed: '{{body' }), 'settings.webhook.authentication.signed', /without its/],
    [
      withWebhook({ authentication: { kind: 'query' } }),
      'settings.webhook.authentication.parameter',
      /missing/,
    ],
    [
      withWebhook({ events: [{ is: 'message', from: 'a', text: 'b' }] }),
      'settings.webhook.events.0.to',
      /missing/,
    ],
    [
      withWebhook({ events: [{ is: 'message', from: 'a', to: 'b' }] }),
      'settings.webhook.events.0.text',
      /text or files/,
    ],
    [
      withWebhook({ events: [message, { is: 'report', id: 'a', state: 'b' }] }),
      'settings.webhook.events.1.states',
      /missing/,
    ],
    [withEvent({ from: '(a+)+$' }), 'settings.webhook.events.0.from', /no place/],
    [withEvent({ from: '{{a' }), 'settings.webhook.events.0.from', /without its/],
    [withEvent({ from: 'x'.repeat(201) }), 'settings.webhook.events.0.from', /no place/],
    [withEvent({ time: 'a' }), 'settings.webhook.events.0.timeFormat', /need each other/],
    [withEvent({ when: [{ at: 'a' }] }), 'settings.webhook.events.0.when.0', /exactly one/],
    [
      withEvent({ when: [{ at: 'a', equals: 1, exists: true }] }),
      'settings.webhook.events.0.when.0',
      /exactly one/,
    ],
    [
      withEvent({ when: [{ at: 'a', matches: '.*' }] }),
      'settings.webhook.events.0.when.0.matches',
      /not a setting/,
    ],
    [withEvent({ media: { urls: ['a[0]'] } }), 'settings.webhook.events.0.media.urls.0', /no place/],
    [withRequest({ url: 'http://api.example.com' }), 'settings.sending.requests.0.url', /https/],
    [withRequest({ url: 'https://{{to}}.example.com' }), 'settings.sending.requests.0.url', /https/],
    [withRequest({ url: 'https://user:pass@example.com' }), 'settings.sending.requests.0.url', /https/],
    [withRequest({ url: 'https://example.com/{{text}}' }), 'settings.sending.requests.0.url', /\{\{text\}\}/],
    [withRequest({ json: { a: ['{{txt}}'] } }), 'settings.sending.requests.0.json.a.0', /\{\{txt\}\}/],
    [withRequest({ json: { a: '{{secret.none}}' } }), 'secrets.none', /missing/],
    [withRequest({ json: { a: '{{value.none}}' } }), 'settings.sending.requests.0.json.a', /means nothing/],
    [
      withRequest({ json: { a: '{{value.constructor}}' } }),
      'settings.sending.requests.0.json.a',
      /means nothing/,
    ],
    [withRequest({ form: { a: 'b' } }), 'settings.sending.requests.0.form', /both/],
    [withRequest({ method: 'GET' }), 'settings.sending.requests.0.method', /must be POST/],
    [
      withRequest({ headers: { 'X-Text': '{{text}}' } }),
      'settings.sending.requests.0.headers.X-Text',
      /means nothing/,
    ],
    [
      withRequest({ headers: { Host: 'evil.example.com' } }),
      'settings.sending.requests.0.headers',
      /can’t be set/,
    ],
    [
      withRequest({ authentication: { kind: 'basic', user: 'a' } }),
      'settings.sending.requests.0.authentication.password',
      /missing/,
    ],
    [withSending({ numberFormat: 'national' }), 'settings.sending.countryCode', /national needs it/],
    [withSending({ taken: [{ at: '', equals: 1 }] }), 'settings.sending.taken.0.at', /a place/],
    [withSending({ requests: [] }), 'settings.sending.requests', /list of requests/],
    [
      { ...batchDescription, failures: { x: { code: 'broken', sentence: 'It broke.' } } },
      'settings.failures.x.code',
      /one of opted-out/,
    ],
  ]
  for (const [settings, path, sentence] of table) {
    try {
      generic(settings, { webhookSecret })
      t.fail(`${path} was accepted`)
    } catch (error) {
      t.type(error, CarrierSettingsError, path)
      t.match(error, { path, message: sentence })
      t.notMatch(String(error), new RegExp(webhookSecret), 'without the value')
    }
  }
  t.throws(() => generic({ preset: 'bulkvs' }, { webhookSecret: 'short', apiUser: 'u', apiPassword: 'p' }), {
    path: 'secrets.webhookSecret',
    message: /16 or more/,
  })
  const described: CarrierDescription = batchDescription
  t.ok(described.webhook)
  t.end()
})
