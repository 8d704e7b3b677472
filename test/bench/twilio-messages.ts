import { createHmac } from 'node:crypto'

export const authToken = 'bench-auth-token'
export const publicUrl = 'https://pbx.example.com/parley'
export const carrierId = 'twilio-bench'
const url = `${publicUrl}/webhooks/${carrierId}`

export interface SignedMessage {
  readonly sid: string
  readonly body: string
  readonly signature: string
}

/** So many customers write, which is what a busy hour looks like: most messages belong to a known conversation. */
const customers = 1000

/** Signed webhook bodies, made before the measuring so that signing costs the measured side nothing. */
export function signedMessages(count: number, prefix: string): SignedMessage[] {
  return Array.from({ length: count }, (_, index) => {
    const sid = `SM${prefix}${String(index).padStart(30 - prefix.length, '0')}`
    const fields: Record<string, string> = {
      AccountSid: 'AC00000000000000000000000000000000',
      ApiVersion: '2010-04-01',
      Body: `Is my order number ${index} on its way? I have waited since Monday.`,
      From: `+1954${String(2000000 + (index % customers))}`,
      FromCountry: 'US',
      MessageSid: sid,
      NumMedia: '0',
      NumSegments: '1',
      SmsMessageSid: sid,
      SmsStatus: 'received',
      To: '+16313808000',
      ToCountry: 'US',
    }
    const names = Object.keys(fields).sort()
    const signed = url + names.map((name) => name + fields[name]).join('')
    return {
      sid,
      body: new URLSearchParams(fields).toString(),
      signature: createHmac('sha1', authToken).update(signed).digest('base64'),
    }
  })
}
