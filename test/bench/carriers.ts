import { createHmac } from 'node:crypto'
import type { CarrierAccount, WebhookCarrier, WebhookRequest } from '../../module/app/ports/carriers.ts'
import { createAddressReader } from '../../module/carriers/address-reader.ts'
import { createTelnyxCarrier } from '../../module/carriers/telnyx/telnyx-carrier.ts'
import { createTwilioCarrier } from '../../module/carriers/twilio/twilio-carrier.ts'
import { createWhatsAppCloudCarrier } from '../../module/carriers/whatsapp-cloud/whatsapp-cloud-carrier.ts'
import { asCarrierId } from '../../module/domain/ids.ts'
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
  ]
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
