import { fail, type Result, succeed } from '../../domain/failures.ts'
import type { CarrierId, Millis } from '../../domain/ids.ts'
import { type Address, addressKey } from '../../domain/message/address.ts'
import type { TemplateUse } from '../../domain/message/message-content.ts'
import { renderTemplate } from '../../domain/message/send-window.ts'
import type { Clock } from '../ports/ambient.ts'
import type { Carrier, MessageTemplate } from '../ports/carriers.ts'

export interface MessageTemplatesDeps {
  readonly find: (id: CarrierId) => Carrier | undefined
  readonly clock: Clock
}

const keptMs: Millis = 10 * 60 * 1000

/** The templates of carriers, asked for at most every ten minutes. */
export function createMessageTemplates({ find, clock }: MessageTemplatesDeps) {
  const known = new Map<string, { readonly at: Millis; readonly list: Promise<readonly MessageTemplate[]> }>()

  async function list(carrierId: CarrierId, did: Address): Promise<Result<readonly MessageTemplate[]>> {
    const templates = find(carrierId)?.templates
    if (templates === undefined) return succeed([])
    const key = `${carrierId} ${addressKey(did)}`
    let entry = known.get(key)
    if (entry === undefined || clock() - entry.at >= keptMs) {
      entry = { at: clock(), list: templates.list(did) }
      known.set(key, entry)
    }
    try {
      return succeed(await entry.list)
    } catch (error) {
      // The next one who asks may have more luck.
      if (known.get(key) === entry) known.delete(key)
      const sentence = error instanceof Error ? error.message : String(error)
      return fail({ code: 'template', why: { kind: 'unavailable', sentence } })
    }
  }

  return {
    list,

    /** What the customer will read, once name, language and variables are those that the carrier approved. */
    async fill(carrierId: CarrierId, did: Address, use: TemplateUse): Promise<Result<string>> {
      const listed = await list(carrierId, did)
      if (!listed.ok) return listed
      const { name, language } = use
      const template = listed.value.find((each) => each.name === name && each.language === language)
      if (template === undefined) return fail({ code: 'template', why: { kind: 'unknown', name, language } })
      const given = Object.keys(use.variables)
      const missing = template.variables.filter((each) => (use.variables[each] ?? '').trim() === '')
      const strange = given.filter((each) => !template.variables.includes(each))
      if (missing.length > 0 || strange.length > 0)
        return fail({ code: 'template', why: { kind: 'variables', missing, strange } })
      return succeed(renderTemplate(template.text, use.variables))
    },
  }
}
