import type { MessageTemplate } from '../../app/ports/carriers.ts'
import type { TemplateUse } from '../../domain/message/message-content.ts'
import { readJson, textAt, valueAt } from '../api-answer.ts'
import { basicAuth, callApi } from '../call-api.ts'
import type { TwilioSender } from './twilio-send.ts'

interface ListedTemplate {
  readonly sid: string
  readonly template: MessageTemplate
}

const mostPages = 10
const keptMs = 5 * 60_000
const sidShape = /^HX[0-9a-fA-F]{32}$/
const longestAnswerBytes = 4 * 1024 * 1024

/** The account's approved WhatsApp templates. Source: Twilio's Content API, "Content and approvals". */
export function createTwilioTemplates(sender: TwilioSender, contentBase: string) {
  let kept: { readonly listed: readonly ListedTemplate[]; readonly until: number } | null = null

  async function fetchAll(): Promise<readonly ListedTemplate[]> {
    const listed: ListedTemplate[] = []
    let url: URL | null = new URL('/v1/ContentAndApprovals?PageSize=100', contentBase)
    for (let page = 0; url !== null && page < mostPages; page++) {
      const answer: object = await fetchPage(url)
      const contents = valueAt(answer, 'contents')
      if (!Array.isArray(contents)) throw new Error('Twilio did not list the templates. Try again later.')
      listed.push(...contents.flatMap(readTemplate))
      url = nextPage(answer, contentBase)
    }
    kept = { listed, until: sender.now() + keptMs }
    return listed
  }

  async function fetchPage(url: URL): Promise<object> {
    const result = await callApi({
      method: 'GET',
      url,
      headers: { authorization: basicAuth(sender.accountSid, sender.authToken) },
      body: null,
      deadlineMs: sender.deadlineMs,
      longestAnswerBytes,
    })
    if (result.kind !== 'answered')
      throw new Error(`Twilio could not be asked for the templates (${result.reason}). Try again later.`)
    const answer = readJson(result.body)
    if (result.status !== 200 || answer === null)
      throw new Error(`Twilio did not list the templates (HTTP ${result.status}). Try again later.`)
    return answer
  }

  return {
    async list(): Promise<readonly MessageTemplate[]> {
      const listed = await fetchAll()
      return listed.map(({ template }) => template)
    },

    /** The id that a send needs. Rejects when the list can't be had. */
    async contentSid({ name, language }: TemplateUse): Promise<string | null> {
      const listed = kept !== null && sender.now() < kept.until ? kept.listed : await fetchAll()
      const fits = ({ template }: ListedTemplate) => template.name === name && template.language === language
      return listed.find(fits)?.sid ?? null
    },
  }
}

/** The next page, if it is at the same place: our credentials go nowhere else. */
function nextPage(answer: object, contentBase: string): URL | null {
  const next = textAt(answer, 'meta.next_page_url')
  if (next === null || !URL.canParse(next)) return null
  const { pathname, search, hostname } = new URL(next)
  const base = new URL(contentBase)
  return hostname === base.hostname ? new URL(pathname + search, base) : null
}

/** None for what is not approved, or has no words that an agent could read before he sends it. */
function readTemplate(item: unknown): readonly ListedTemplate[] {
  const sid = textAt(item, 'sid') ?? ''
  const name = textAt(item, 'approval_requests.name') ?? textAt(item, 'friendly_name') ?? ''
  const language = textAt(item, 'language') ?? ''
  const isApproved = textAt(item, 'approval_requests.status') === 'approved'
  const text = bodyOf(valueAt(item, 'types'))
  if (!sidShape.test(sid) || !isApproved || name === '' || language === '' || text === null) return []
  const variables = [
    ...new Set([...text.matchAll(/\{\{\s*([A-Za-z0-9_]{1,40})\s*\}\}/g)].map(([, key = '']) => key)),
  ]
  const category = textAt(item, 'approval_requests.category')
  const template = { name, language, text, variables, category: category?.toLowerCase() ?? null }
  return [{ sid, template }]
}

function bodyOf(types: unknown): string | null {
  if (typeof types !== 'object' || types === null) return null
  for (const type of Object.values(types)) {
    const body = textAt(type, 'body') ?? textAt(type, 'title')
    if (body !== null && body !== '') return body
  }
  return null
}
