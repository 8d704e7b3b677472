import type { SendFailure, SendOutcome } from '../../domain/message/delivery.ts'
import type { OutboundMedia, OutboundMessage } from '../../domain/message/message.ts'
import { type ApiAnswer, numberAt, refuse, sendOutcomeOf, textAt } from '../api-answer.ts'
import { isCarrierId } from '../json-webhook.ts'
import { writeWhatsAppRecipient } from './whatsapp-address.ts'
import { throttles, whatsAppFailure } from './whatsapp-errors.ts'
import { type Graph, postGraph } from './whatsapp-graph.ts'
import { templateComponents } from './whatsapp-templates.ts'

export const longestText = 4096
const longestCaption = 1024
export const longestFileBytes = 100 * 1024 * 1024
const megabyte = 1024 * 1024

/** Hands one message to WhatsApp, once, through the number with this id. Never rejects. */
export async function sendByWhatsApp(
  message: OutboundMessage,
  graph: Graph,
  phoneNumberId: string | undefined,
): Promise<SendOutcome> {
  if (message.channel !== 'whatsapp' || phoneNumberId === undefined) {
    const sentence = `${message.from.value} is not a WhatsApp number of this account. Choose another to send from.`
    return refuse(refusal('invalid-sender', sentence))
  }
  const recipient = writeWhatsAppRecipient(message.to)
  if (recipient === null) {
    const sentence = `${message.to.value} can’t be reached by WhatsApp. Choose a number instead.`
    return refuse(refusal('invalid-recipient', sentence))
  }
  const content = writeContent(message)
  if ('sentence' in content) return refuse(content)
  const result = await postGraph(graph, `${phoneNumberId}/messages`, {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...recipient,
    ...content,
    // Comes back with every status: it settles a send whose answer never came.
    biz_opaque_callback_data: message.messageId,
  })
  return sendOutcomeOf('WhatsApp', result, outcomeOfAnswer)
}

function outcomeOfAnswer({ status, retryAfterMs, body }: ApiAnswer): SendOutcome {
  if (status >= 200 && status < 300) {
    const id = textAt(body, 'messages.0.id')
    return isCarrierId(id)
      ? { kind: 'taken', carrierMessageId: id, state: 'accepted' }
      : { kind: 'unknown', reason: `WhatsApp answered HTTP ${status} without a message id` }
  }
  const code = numberAt(body, 'error.code')
  const throttle = code === null || status >= 500 ? undefined : throttles.get(code)
  if (status === 429 || throttle !== undefined) {
    return {
      kind: 'not-processed',
      reason: `WhatsApp asks to send more slowly (HTTP ${status}${code === null ? '' : `, error ${code}`})`,
      retryAfterMs: retryAfterMs ?? throttle?.retryAfterMs ?? null,
      ...(throttle?.wholeAccount === false ? {} : { holds: 'carrier' }),
    }
  }
  // 408: whoever gave up waiting, part of the request may have gone through.
  if (status >= 300 && status < 500 && status !== 408) return refuse(whatsAppFailure(code, status))
  return { kind: 'unknown', reason: `WhatsApp answered HTTP ${status}` }
}

/** The part of the request that says what is sent. */
function writeContent({ content }: OutboundMessage): object | SendFailure {
  if (content.kind === 'template') {
    const { name, language, variables } = content.template
    const components = templateComponents(variables)
    return {
      type: 'template',
      template: {
        name,
        language: { code: language, policy: 'deterministic' },
        ...(components.length === 0 ? {} : { components }),
      },
    }
  }
  const [file, ...more] = content.media
  if (more.length > 0)
    return refusal('media', 'WhatsApp takes one file with each message. Send them one after the other.')
  if (file !== undefined) return writeFile(file, content.text)
  if (content.text.length > longestText)
    return refusal('too-long', `WhatsApp takes ${longestText} characters. Send it in parts.`)
  return { type: 'text', text: { body: content.text } }
}

function writeFile(file: OutboundMedia, caption: string): object | SendFailure {
  if (file.byteLength > longestFileBytes)
    return refusal('media', 'WhatsApp takes files of 100 MB at most. Send a link instead.')
  const kind = kindOf(file)
  if (kind === 'audio' && caption !== '')
    return refusal('media', 'WhatsApp carries no text beside a sound. Send one after the other.')
  if (caption.length > longestCaption)
    return refusal('too-long', `WhatsApp takes ${longestCaption} characters beside a file. Send them apart.`)
  return {
    type: kind,
    [kind]: {
      link: file.url,
      ...(caption === '' ? {} : { caption }),
      ...(kind === 'document' ? { filename: file.fileName } : {}),
    },
  }
}

/** What WhatsApp shows by itself, up to what size; all else goes as a document. Source: Meta's "Media" reference. */
const shown: Readonly<
  Record<string, { readonly kind: 'image' | 'video' | 'audio'; readonly longestBytes: number }>
> = {
  'image/jpeg': { kind: 'image', longestBytes: 5 * megabyte },
  'image/png': { kind: 'image', longestBytes: 5 * megabyte },
  'video/mp4': { kind: 'video', longestBytes: 16 * megabyte },
  'video/3gpp': { kind: 'video', longestBytes: 16 * megabyte },
  'audio/aac': { kind: 'audio', longestBytes: 16 * megabyte },
  'audio/amr': { kind: 'audio', longestBytes: 16 * megabyte },
  'audio/mpeg': { kind: 'audio', longestBytes: 16 * megabyte },
  'audio/mp4': { kind: 'audio', longestBytes: 16 * megabyte },
  'audio/ogg': { kind: 'audio', longestBytes: 16 * megabyte },
}

function kindOf({ contentType, byteLength }: OutboundMedia): 'image' | 'video' | 'audio' | 'document' {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  const known = Object.hasOwn(shown, type) ? shown[type] : undefined
  return known !== undefined && byteLength <= known.longestBytes ? known.kind : 'document'
}

const refusal = (code: SendFailure['code'], sentence: string): SendFailure => ({
  code,
  carrierCode: null,
  sentence,
})
