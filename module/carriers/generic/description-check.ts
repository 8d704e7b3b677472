import type { CarrierAccount } from '../../app/ports/carriers.ts'
import { CarrierSettingsError } from '../account-settings.ts'
import type {
  CarrierDescription,
  Condition,
  EventDescription,
  RequestAuthentication,
  WebhookDescription,
} from './generic-schema.ts'
import { readSource } from './source.ts'
import { namesIn, readTemplate, type Template, TemplateError } from './template.ts'
import { readValuePath } from './value-path.ts'

/** What the schema can't say of a description. Throws `CarrierSettingsError` with the path of what is wrong. */
export interface DescriptionCheck {
  fail(path: string, sentence: string): never
  template(path: string, text: string, mayUse: (name: string) => boolean): Template
}

export function createDescriptionCheck(account: CarrierAccount): DescriptionCheck {
  const fail = (path: string, sentence: string): never => {
    throw new CarrierSettingsError(account, path, sentence)
  }
  return {
    fail,
    template(path, text, mayUse) {
      try {
        return readTemplate(text, mayUse)
      } catch (error) {
        if (error instanceof TemplateError) fail(path, error.message)
        throw error
      }
    },
  }
}

/** The places and conditions of a whole description; templates of requests are checked where they are read. */
export function checkDescription(description: CarrierDescription, check: DescriptionCheck): void {
  const { webhook, sending, failures } = description
  if (webhook === undefined && sending === undefined) {
    check.fail('settings.preset', 'is missing: name a preset, or describe webhook and sending.')
  }
  if (webhook !== undefined) checkWebhook(webhook, check)
  if (sending !== undefined) {
    for (const name of ['taken', 'retry', 'refused'] as const) {
      checkConditions(sending[name] ?? [], `settings.sending.${name}`, check)
    }
    checkSource(sending.code, 'settings.sending.code', check)
    if (sending.numberFormat === 'national' && sending.countryCode === undefined) {
      check.fail('settings.sending.countryCode', 'is missing: numberFormat national needs it, 1 for the US.')
    }
  }
  for (const key of Object.keys(failures ?? {})) {
    if (key.length > 80) check.fail('settings.failures', 'has a code longer than 80 characters.')
  }
}

function checkWebhook(webhook: WebhookDescription, check: DescriptionCheck): void {
  const path = 'settings.webhook'
  const { authentication, body, methods, each } = webhook
  if (body === 'query' && !methods.includes('GET'))
    check.fail(`${path}.methods`, 'must hold GET: the body is query.')
  if (body !== 'query' && !methods.includes('POST'))
    check.fail(`${path}.methods`, 'must hold POST: only a POST has a body.')
  if (authentication.kind === 'hmac') {
    for (const name of ['header', 'algorithm', 'encoding'] as const) {
      if (authentication[name] === undefined)
        check.fail(`${path}.authentication.${name}`, 'is missing: a signature needs it.')
    }
    const signed = check.template(
      `${path}.authentication.signed`,
      authentication.signed ?? '{{body}}',
      mayBeSigned,
    )
    const names = namesIn(signed)
    if (!names.includes('body') && (body !== 'query' || !names.includes('url')))
      check.fail(`${path}.authentication.signed`, 'must hold {{body}}: else anybody could send anything.')
    const stamp = authentication.timestampHeader
    if (stamp !== undefined && !names.includes(`header.${stamp.toLowerCase()}`))
      check.fail(
        `${path}.authentication.signed`,
        `must hold {{header.${stamp.toLowerCase()}}}: a time that is not signed proves nothing.`,
      )
  }
  if (authentication.kind === 'query' && authentication.parameter === undefined)
    check.fail(`${path}.authentication.parameter`, 'is missing: it must be the name of a query parameter.')
  checkSource(each, `${path}.each`, check)
  for (const [index, event] of webhook.events.entries()) checkEvent(event, `${path}.events.${index}`, check)
}

export const mayBeSigned = (name: string): boolean =>
  name === 'body' || name === 'url' || /^header\.[a-z0-9-]{1,80}$/.test(name)

const needed: Record<EventDescription['is'], readonly ('id' | 'from' | 'to' | 'state' | 'states')[]> = {
  message: ['from', 'to'],
  report: ['id', 'state', 'states'],
  nothing: [],
}

function checkEvent(event: EventDescription, path: string, check: DescriptionCheck): void {
  for (const name of needed[event.is]) {
    if (event[name] === undefined) check.fail(`${path}.${name}`, `is missing: a ${event.is} needs it.`)
  }
  if (event.is === 'message' && event.text === undefined && event.media === undefined)
    check.fail(`${path}.text`, 'is missing: a message has a text or files.')
  if ((event.time === undefined) !== (event.timeFormat === undefined))
    check.fail(`${path}.timeFormat`, 'and time need each other.')
  for (const name of sourceNames) checkSource(event[name], `${path}.${name}`, check)
  const { media } = event
  for (const name of ['types', 'names'] as const) checkPlace(media?.[name], `${path}.media.${name}`, check)
  for (const [index, url] of (media?.urls ?? []).entries())
    checkPlace(url, `${path}.media.urls.${index}`, check)
  checkConditions(event.when ?? [], `${path}.when`, check)
}

const sourceNames = [
  'id',
  'from',
  'to',
  'text',
  'senderName',
  'repliesTo',
  'time',
  'ourId',
  'state',
  'code',
] as const

function checkSource(text: string | undefined, path: string, check: DescriptionCheck): void {
  if (text === undefined) return
  try {
    readSource(text)
  } catch (error) {
    if (error instanceof TemplateError) check.fail(path, error.message)
    throw error
  }
}

function checkPlace(text: string | undefined, path: string, check: DescriptionCheck): void {
  if (text !== undefined && readValuePath(text) === null) check.fail(path, 'is no place such as media.*.url.')
}

function checkConditions(conditions: readonly Condition[], path: string, check: DescriptionCheck): void {
  conditions.forEach((condition, index) => {
    checkPlace(condition.at, `${path}.${index}.at`, check)
    const tests = [condition.equals, condition.oneOf, condition.startsWith, condition.exists]
    if (tests.filter((test) => test !== undefined).length !== 1)
      check.fail(`${path}.${index}`, 'must have exactly one of equals, oneOf, startsWith and exists.')
  })
}

/** The templates of credentials; null where there are none. */
export function readAuthentication(
  authentication: RequestAuthentication | undefined,
  path: string,
  check: DescriptionCheck,
  mayUse: (name: string) => boolean,
): { readonly kind: 'basic' | 'bearer'; readonly parts: readonly Template[] } | null {
  if (authentication === undefined) return null
  const { kind } = authentication
  const names = kind === 'basic' ? (['user', 'password'] as const) : (['token'] as const)
  const parts = names.map((name) => {
    const text = authentication[name]
    if (text === undefined) return check.fail(`${path}.${name}`, `is missing: ${kind} needs it.`)
    return check.template(`${path}.${name}`, text, mayUse)
  })
  return { kind, parts }
}
