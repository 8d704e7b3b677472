import type { CredentialsProbe, ProbeResult } from '../../app/ports/carriers.ts'
import type { Millis } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import { numberAt, textAt, valueAt } from '../api-answer.ts'
import { type Graph, getGraph, readGraph } from './whatsapp-graph.ts'

/** Asks for each of the account's numbers, then when the token ends. */
export const whatsAppProbe = (graph: Graph, numbers: ReadonlyMap<string, Address>): CredentialsProbe => ({
  async check() {
    for (const [id, number] of numbers) {
      const wrong = await checkNumber(graph, id, number)
      if (wrong !== null) return wrong
    }
    return { kind: 'valid', expiresAt: await tokenEnd(graph) }
  },
})

async function checkNumber(graph: Graph, id: string, number: Address): Promise<ProbeResult | null> {
  const answer = readGraph(await getGraph(graph, id, { fields: 'display_phone_number' }))
  if ('reason' in answer) return { kind: 'unreachable', reason: answer.reason }
  if (answer.status === 200) {
    const digits = textAt(answer.body, 'display_phone_number')?.replace(/\D/g, '') ?? ''
    if (digits === '' || `+${digits}` === number.value) return null
    return {
      kind: 'invalid',
      sentence: `The phone number id ${id} belongs to +${digits} at WhatsApp, not to ${number.value}. Correct settings.phoneNumbers.`,
    }
  }
  const code = numberAt(answer.body, 'error.code')
  if (answer.status === 401 || code === 190 || code === 0)
    return {
      kind: 'invalid',
      sentence:
        'WhatsApp does not accept the access token: it ended or was withdrawn. Make a new one for a system user in Meta’s Business Settings and enter it.',
    }
  if (code === 100 || code === 33 || code === 10 || answer.status === 404)
    return {
      kind: 'invalid',
      sentence: `The access token has no right to the phone number id ${id}. Check the id, and give the system user the WhatsApp account in Meta’s Business Settings.`,
    }
  return { kind: 'unreachable', reason: `WhatsApp answered HTTP ${answer.status}` }
}

/** Null for a token without an end, and where Meta does not say: the numbers have answered, so it is good now. */
async function tokenEnd(graph: Graph): Promise<Millis | null> {
  const answer = readGraph(await getGraph(graph, 'debug_token', { input_token: graph.accessToken }))
  if ('reason' in answer || answer.status !== 200) return null
  const ends = [valueAt(answer.body, 'data.expires_at'), valueAt(answer.body, 'data.data_access_expires_at')]
    .filter((seconds): seconds is number => Number.isSafeInteger(seconds))
    .filter((seconds) => seconds > 0)
  return ends.length === 0 ? null : Math.min(...ends) * 1000
}
