import { createHmac } from 'node:crypto'
import {
  type CarrierAccount,
  isWebhookCarrier,
  type WebhookCarrier,
  type WebhookRequest,
} from '../../module/app/ports/carriers.ts'
import { createAddressReader } from '../../module/carriers/address-reader.ts'
import { createBandwidthCarrier } from '../../module/carriers/bandwidth/bandwidth-carrier.ts'
import { createGenericCarrier } from '../../module/carriers/generic/generic-carrier.ts'
import { createSignalWireCarrier } from '../../module/carriers/signalwire/signalwire-carrier.ts'
import { createTelnyxCarrier } from '../../module/carriers/telnyx/telnyx-carrier.ts'
import { createTwilioCarrier } from '../../module/carriers/twilio/twilio-carrier.ts'
import { createWhatsAppCloudCarrier } from '../../module/carriers/whatsapp-cloud/whatsapp-cloud-carrier.ts'
import { asCarrierId } from '../../module/domain/ids.ts'
import { bandwidthAccount } from '../carriers/bandwidth/bandwidth-account.ts'
import { batchDescription, genericAccount, webhookSecret } from '../carriers/generic/generic-account.ts'
import { signalWireAccount } from '../carriers/signalwire/signalwire-account.ts'
import { receivedEvent, telnyxAccount, telnyxCall } from '../carriers/telnyx/telnyx-account.ts'
import {
  change,
  contact,
  envelope,
  metaCall,
  metaJson,
  textMessage,
  whatsAppAccount,
} from '../carriers/whatsapp-cloud/whatsapp-account.ts'
import type { Figure } from './figures.ts'
import { authToken, carrierId, publicUrl, signedMessages } from './twilio-messages.ts'

interface Sample {
  readonly name: string
  readonly carrier: WebhookCarrier
  readonly call: WebhookRequest
  /** In the call. */
  readonly messages: number
}

const rounds = 7
/** Long enough that the clock's grain does not matter, short enough that a round is rarely disturbed. */
const roundMs = 60

/** What verifying and parsing one message costs, by carrier, against a plain parse and one HMAC of the same bytes. */
export async function measureCarriers(): Promise<Figure[]> {
  return samples().map(({ name, carrier, call, messages }) => {
    const result = carrier.receive(call)
    if (result.kind !== 'content' || result.inbound.length !== messages)
      throw new Error(`${name} read ${result.kind === 'content' ? result.inbound.length : result.reason}`)
    let ours = Number.POSITIVE_INFINITY
    let plain = Number.POSITIVE_INFINITY
    for (let round = 0; round < rounds; round++) {
      plain = Math.min(
        plain,
        microsecondsOf(() => parsePlainly(call)),
      )
      ours = Math.min(
        ours,
        microsecondsOf(() => carrier.receive(call)),
      )
    }
    return {
      name: `${name}_receive`,
      value: ours / messages,
      unit: 'µs/message',
      ratio: { value: ours / plain, of: 'parse_and_hmac' },
    }
  })
}

function samples(): readonly Sample[] {
  const deps = {
    publicUrl,
    readAddress: createAddressReader({ homeCountry: 'US' }),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  }
  const whatsapp = createWhatsAppCloudCarrier(whatsAppAccount(), deps)
  const metaBody = (count: number) =>
    metaJson(
      envelope(
        change({
          contacts: [contact],
          messages: Array.from({ length: count }, (_, index) =>
            textMessage(`wamid.${index}`, `Is my order number ${index} on its way?`),
          ),
        }),
      ),
    )
  return [
    {
      name: 'twilio',
      carrier: createTwilioCarrier(twilioAccount, deps),
      call: twilioCall(),
      messages: 1,
    },
    { name: 'whatsapp_cloud', carrier: whatsapp, call: metaCall(metaBody(1)), messages: 1 },
    { name: 'whatsapp_cloud_1000', carrier: whatsapp, call: metaCall(metaBody(1000)), messages: 1000 },
    {
      name: 'telnyx',
      carrier: createTelnyxCarrier(telnyxAccount(), deps),
      call: telnyxCall(Buffer.from(JSON.stringify(receivedEvent()))),
      messages: 1,
    },
    {
      name: 'bandwidth',
      carrier: createBandwidthCarrier(bandwidthAccount(), deps),
      call: bandwidthCall(),
      messages: 1,
    },
    {
      name: 'signalwire',
      carrier: createSignalWireCarrier(
        signalWireAccount({ secrets: { apiToken: 'x', signingKey: authToken } }),
        deps,
      ),
      call: signalWireCall(),
      messages: 1,
    },
    { name: 'generic_hmac', carrier: genericCarrier(deps), call: genericCall(1), messages: 1 },
    { name: 'generic_hmac_1000', carrier: genericCarrier(deps), call: genericCall(1000), messages: 1000 },
  ]
}

function bandwidthCall(): WebhookRequest {
  const message = {
    id: '14762070468292kw2fuqty55yp2b2',
    time: '2026-11-22T13:00:00Z',
    to: ['+16313808000'],
    from: '+19542788086',
    text: 'Is my order number 7 on its way?',
    owner: '+16313808000',
    direction: 'in',
  }
  const event = {
    type: 'message-received',
    time: message.time,
    to: '+16313808000',
    description: 'x',
    message,
  }
  return {
    method: 'POST',
    url: `${publicUrl}/webhooks/bandwidth-main`,
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from('hook:hook-password').toString('base64')}`,
    },
    body: Buffer.from(JSON.stringify([event])),
    receivedAt: 0,
  }
}

/** As Twilio's, under its own header. */
function signalWireCall(): WebhookRequest {
  const call = twilioCall()
  return {
    ...call,
    headers: { ...call.headers, 'x-signalwire-signature': call.headers['x-twilio-signature'] },
  }
}

function genericCarrier(deps: Parameters<typeof createGenericCarrier>[1]): WebhookCarrier {
  const carrier = createGenericCarrier(genericAccount(batchDescription, { webhookSecret }), deps)
  if (!isWebhookCarrier(carrier)) throw new Error('it has no webhook')
  return carrier
}

function genericCall(count: number): WebhookRequest {
  const results = Array.from({ length: count }, (_, index) => ({
    messageId: `m-${index}`,
    from: '19542788086',
    to: '16313808000',
    text: `Is my order number ${index} on its way?`,
  }))
  const body = Buffer.from(JSON.stringify({ results }))
  const stamp = '1700000000'
  const mac = createHmac('sha256', webhookSecret).update(`${stamp}.`).update(body).digest('base64')
  return {
    method: 'POST',
    url: `${publicUrl}/webhooks/own`,
    headers: { 'content-type': 'application/json', 'x-signature': `v1=${mac}`, 'x-timestamp': stamp },
    body,
    receivedAt: Number(stamp) * 1000,
  }
}

const twilioAccount: CarrierAccount = {
  id: asCarrierId(carrierId),
  kind: 'twilio',
  name: 'Twilio',
  enabled: true,
  settings: { accountSid: `AC${'0'.repeat(32)}` },
  secrets: { authToken },
}

function twilioCall(): WebhookRequest {
  const [message] = signedMessages(1, 'b')
  if (message === undefined) throw new Error('no message')
  return {
    method: 'POST',
    url: `${publicUrl}/webhooks/${carrierId}`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': message.signature,
    },
    body: Buffer.from(message.body),
    receivedAt: 0,
  }
}

function parsePlainly({ body, headers }: WebhookRequest): void {
  createHmac('sha256', 'key').update(body).digest()
  const text = Buffer.from(body).toString()
  if (headers['content-type'] === 'application/json') JSON.parse(text)
  else new URLSearchParams(text).size
}

function microsecondsOf(work: () => void): number {
  const start = process.hrtime.bigint()
  let count = 0
  let elapsed = 0
  while (elapsed < roundMs * 1000) {
    work()
    count += 1
    elapsed = Number(process.hrtime.bigint() - start) / 1000
  }
  return elapsed / count
}
