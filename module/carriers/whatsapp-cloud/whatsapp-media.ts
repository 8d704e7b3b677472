import type { MediaLocation, MediaSource } from '../../app/ports/carriers.ts'
import { numberAt, textAt } from '../api-answer.ts'
import { mediaIdShape } from './whatsapp-content.ts'
import { authorization, type Graph, getGraph, readGraph } from './whatsapp-graph.ts'

/** Where Meta keeps files; the token goes nowhere else. Source: Meta's "Media" reference. */
const credentialHosts = ['graph.facebook.com', 'lookaside.fbsbx.com']

const gone: MediaLocation = {
  kind: 'gone',
  sentence: 'WhatsApp keeps this file no longer. Ask the customer to send it again.',
}

/** A file's id becomes an address that lives for five minutes, and needs the token as well. */
export const whatsAppMedia = (graph: Graph): MediaSource => ({
  async locate({ url: id }) {
    if (!mediaIdShape.test(id)) return gone
    const answer = readGraph(await getGraph(graph, id))
    if ('reason' in answer) return { kind: 'retry', reason: answer.reason }
    const url = textAt(answer.body, 'url')
    if (answer.status === 200 && url !== null && url.startsWith('https://') && URL.canParse(url)) {
      // Without a name for the program Meta's file host answers 404.
      return {
        kind: 'at',
        url,
        headers: { ...authorization(graph), 'user-agent': 'Parley' },
        credentialHosts,
      }
    }
    const code = numberAt(answer.body, 'error.code')
    // 100: no such object, or an id older than its 7 days.
    if (answer.status === 404 || code === 100) return gone
    return {
      kind: 'retry',
      reason: `WhatsApp answered HTTP ${answer.status}${code === null ? '' : `, error ${code}`}`,
    }
  },
})
