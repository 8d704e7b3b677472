import twilio from 'twilio'
import type { WebhookRequest } from '../../module/app/ports/carriers.ts'
import { applicationId } from '../carriers/bandwidth/bandwidth-account.ts'
import type { SeenRequest } from '../carriers/faulty-server.ts'
import { projectId } from '../carriers/signalwire/signalwire-account.ts'
import {
  finalizedEvent,
  publicKeyOf,
  receivedEvent,
  signingKey,
  telnyxCall,
} from '../carriers/telnyx/telnyx-account.ts'
import { accountSid } from '../carriers/twilio/twilio-account.ts'
import {
  change,
  envelope,
  metaCall,
  metaJson,
  phoneNumberId,
  textMessage,
  wabaId,
} from '../carriers/whatsapp-cloud/whatsapp-account.ts'

/** A call as the carrier makes it. */
export interface ScriptedCall {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One carrier's part: how it is set up, how its customer's text comes, and how it takes and reports a reply. */
export interface CarrierScript {
  readonly id: string
  readonly account: { kind: string; settings: object; secrets: Record<string, string> }
  /** As the conversation list shows it. */
  readonly customer: string
  /** Each number is a message of its own. */
  readonly inbound: (hook: string, nth?: number) => ScriptedCall
  /** The path under which its API takes messages, and what it answers. */
  readonly takes: { readonly path: string; readonly status: number; readonly body: object }
  /** Its report that the reply arrived, made from what it was sent. */
  readonly delivered: (hook: string, sent: SeenRequest) => ScriptedCall
  /** Calls that it asks for when it is asked where a file lies. */
  readonly also?: Readonly<Record<string, object>>
  readonly bringsPhoto: boolean
}

const did = '+16313808000'
export const photoUrl = 'https://files.example.com/photo'
export const question = 'Is it open on Saturday?'
const form = 'application/x-www-form-urlencoded'
const json = { 'content-type': 'application/json' }

const signedForm = (
  url: string,
  header: string,
  key: string,
  fields: Readonly<Record<string, string>>,
): ScriptedCall => ({
  url,
  // By the vendor's own library.
  headers: { 'content-type': form, [header]: twilio.getExpectedTwilioSignature(key, url, fields) },
  body: new URLSearchParams(fields).toString(),
})

const called = (url: string, { body, headers }: WebhookRequest): ScriptedCall => ({
  url,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body: Buffer.from(body).toString(),
})

const twilioLike = (
  header: string,
  key: string,
  account: string,
  from: string,
  sid: string,
): Pick<CarrierScript, 'inbound' | 'delivered'> => ({
  inbound: (hook, nth = 1) =>
    signedForm(hook, header, key, {
      MessageSid: `SM${String(nth).repeat(32)}`,
      AccountSid: account,
      From: from,
      To: did,
      Body: question,
      NumMedia: '1',
      MediaUrl0: photoUrl,
      MediaContentType0: 'image/png',
    }),
  delivered: (_hook, sent) =>
    signedForm(sent.form.get('StatusCallback') ?? '', header, key, {
      MessageSid: sid,
      AccountSid: account,
      MessageStatus: 'delivered',
      From: did,
      To: from,
    }),
})

const hookPassword = 'planted-bandwidth-hook'
const bandwidthHeaders = {
  ...json,
  authorization: `Basic ${Buffer.from(`planted-hook-user:${hookPassword}`).toString('base64')}`,
}
const flowrouteSecret = 'planted-flowroute-hook'
const appSecret = 'beef0123456789abcdef0123456789ab'

const member = (body: string, name: string): string => {
  const value: unknown = Reflect.get(Object(JSON.parse(body)), name)
  return String(value)
}

export const scripts: readonly CarrierScript[] = [
  {
    id: 'twilio',
    account: {
      kind: 'twilio',
      settings: { accountSid, numbers: [did], messagesPerSecond: 20 },
      secrets: { authToken: 'planted-twilio-token' },
    },
    customer: '+19542780001',
    ...twilioLike(
      'x-twilio-signature',
      'planted-twilio-token',
      accountSid,
      '+19542780001',
      `SM${'9'.repeat(32)}`,
    ),
    takes: {
      path: `/2010-04-01/Accounts/${accountSid}/Messages.json`,
      status: 201,
      body: { sid: `SM${'9'.repeat(32)}`, status: 'queued' },
    },
    bringsPhoto: true,
  },
  {
    id: 'signalwire',
    account: {
      kind: 'signalwire',
      settings: { space: 'example.signalwire.com', projectId, numbers: [did] },
      secrets: { apiToken: 'planted-signalwire-api', signingKey: 'planted-signalwire-key' },
    },
    customer: '+19542780002',
    ...twilioLike(
      'x-signalwire-signature',
      'planted-signalwire-key',
      projectId,
      '+19542780002',
      '8f0c3c51-8f1a-4d8e-bd0e-2a8b8b6f1c09',
    ),
    takes: {
      path: `/api/laml/2010-04-01/Accounts/${projectId}/Messages.json`,
      status: 201,
      body: { sid: '8f0c3c51-8f1a-4d8e-bd0e-2a8b8b6f1c09', status: 'queued' },
    },
    bringsPhoto: true,
  },
  {
    id: 'bandwidth',
    account: {
      kind: 'bandwidth',
      settings: { accountId: '5500001', applicationId, numbers: [did], typing: true },
      secrets: {
        user: 'planted-bandwidth-user',
        password: 'planted-bandwidth-password',
        webhookUser: 'planted-hook-user',
        webhookPassword: hookPassword,
      },
    },
    customer: '+19542780003',
    inbound: (url, nth = 1) => ({
      url,
      headers: bandwidthHeaders,
      body: JSON.stringify([
        {
          type: 'message-received',
          time: '2026-11-22T13:00:00.123Z',
          description: 'Incoming message received',
          to: did,
          message: {
            id: `bw-in-${nth}`,
            time: '2026-11-22T13:00:00.123Z',
            to: [did],
            from: '+19542780003',
            text: question,
            media: [photoUrl],
            applicationId,
            owner: did,
            direction: 'in',
            segmentCount: 1,
          },
        },
      ]),
    }),
    takes: { path: '/api/v2/users/5500001/messages', status: 202, body: { id: 'bw-out-1' } },
    delivered: (url, sent) => ({
      url,
      headers: bandwidthHeaders,
      body: JSON.stringify([
        {
          type: 'message-delivered',
          time: '2026-11-22T13:00:01Z',
          to: '+19542780003',
          description: 'ok',
          message: {
            id: 'bw-out-1',
            owner: did,
            applicationId,
            time: '2026-11-22T13:00:00Z',
            segmentCount: 1,
            direction: 'out',
            to: ['+19542780003'],
            from: did,
            text: '',
            tag: member(sent.body, 'tag'),
          },
        },
      ]),
    }),
    bringsPhoto: true,
  },
  {
    id: 'flowroute',
    account: {
      kind: 'generic',
      settings: { preset: 'flowroute', numbers: [did] },
      secrets: {
        webhookSecret: flowrouteSecret,
        accessKey: 'planted-flowroute-access',
        secretKey: 'planted-flowroute-secret',
      },
    },
    customer: '+19542780004',
    inbound: (hook, nth = 1) => ({
      url: `${hook}?key=${flowrouteSecret}`,
      headers: json,
      body: JSON.stringify({
        data: {
          id: `mdr2-in-${nth}`,
          type: 'message',
          attributes: {
            direction: 'inbound',
            from: '19542780004',
            to: '16313808000',
            body: question,
            is_mms: true,
            timestamp: '2026-11-22T13:00:00.00Z',
          },
        },
        included: [
          {
            id: 'm1',
            type: 'media',
            attributes: { url: photoUrl, mime_type: 'image/png', file_name: 'photo.png' },
          },
        ],
      }),
    }),
    takes: { path: '/v2.1/messages', status: 202, body: { data: { id: 'mdr2-out-1', type: 'message' } } },
    delivered: (_hook, sent) => ({
      url: member(sent.body, 'dlr_callback'),
      headers: json,
      body: JSON.stringify({
        data: {
          id: 'mdr2-out-1',
          type: 'delivery_receipt',
          attributes: { status: 'delivered', status_code: 5, level: 2, timestamp: '2026-11-22T13:00:00Z' },
        },
      }),
    }),
    bringsPhoto: true,
  },
  {
    id: 'whatsapp',
    account: {
      kind: 'whatsapp-cloud',
      settings: { wabaId, phoneNumbers: [{ id: phoneNumberId, number: did }] },
      secrets: { accessToken: 'planted-whatsapp-access', appSecret, verifyToken: 'planted-verify-word' },
    },
    customer: '+16505551234',
    inbound: (hook, nth = 1) =>
      called(
        hook,
        metaCall(
          metaJson(
            envelope(
              change({
                contacts: [{ profile: { name: 'Sheena Nelson' }, wa_id: '16505551234' }],
                messages: [
                  {
                    ...textMessage(`wamid.in-${nth}`, ''),
                    timestamp: String(Math.floor(Date.now() / 1000)),
                    type: 'image',
                    text: undefined,
                    image: { id: '1037543291543636', mime_type: 'image/png', caption: question },
                  },
                ],
              }),
            ),
          ),
          appSecret,
        ),
      ),
    takes: {
      path: `/v24.0/${phoneNumberId}/messages`,
      status: 200,
      body: { messaging_product: 'whatsapp', messages: [{ id: 'wamid.out-1' }] },
    },
    also: { '/v24.0/1037543291543636': { url: photoUrl, mime_type: 'image/png', id: '1037543291543636' } },
    delivered: (hook, sent) =>
      called(
        hook,
        metaCall(
          metaJson(
            envelope(
              change({
                statuses: [
                  {
                    id: 'wamid.out-1',
                    status: 'delivered',
                    timestamp: String(Math.floor(Date.now() / 1000)),
                    recipient_id: '16505551234',
                    biz_opaque_callback_data: member(sent.body, 'biz_opaque_callback_data'),
                  },
                ],
              }),
            ),
          ),
          appSecret,
        ),
      ),
    bringsPhoto: true,
  },
  {
    id: 'telnyx',
    account: {
      kind: 'telnyx',
      settings: { publicKey: publicKeyOf(signingKey), numbers: [did] },
      secrets: { apiKey: 'planted-telnyx-key' },
    },
    customer: '+19542780006',
    inbound: (hook, nth = 1) =>
      called(
        hook,
        telnyxCall(
          Buffer.from(
            JSON.stringify(
              receivedEvent({
                id: `7ee4241c-f127-47e5-9c34-3aac291f805${nth}`,
                from: { phone_number: '+19542780006' },
                text: question,
                media: [{ url: photoUrl, content_type: 'image/png', size: 70 }],
              }),
            ),
          ),
          { signedAt: Date.now() },
        ),
      ),
    takes: {
      path: '/v2/messages',
      status: 200,
      body: { data: { record_type: 'message', id: 'tx-out-1', to: [{ status: 'queued' }] } },
    },
    delivered: (_hook, sent) => {
      const url = member(sent.body, 'webhook_url')
      const to = [{ phone_number: '+19542780006', status: 'delivered' }]
      const event = finalizedEvent({ id: 'tx-out-1', to, webhook_url: url })
      return called(url, telnyxCall(Buffer.from(JSON.stringify(event)), { signedAt: Date.now() }))
    },
    bringsPhoto: true,
  },
]
