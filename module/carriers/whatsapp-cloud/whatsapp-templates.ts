import type { MessageTemplate } from '../../app/ports/carriers.ts'
import { textAt, valueAt } from '../api-answer.ts'
import { cleanText, listOf } from '../json-webhook.ts'
import { type Graph, getGraph, readGraph } from './whatsapp-graph.ts'

/*
 * Where a variable belongs is told by its name, since a use of a template names values alone: `1` and `first_name` are
 * of the body, `header_1` and `header_first_name` of the header, `header_image` is the address of the header's file,
 * and `button_0` ends the address of the first button.
 */
const headerName = /^header_(\w+)$/
const buttonName = /^button_(\d)$/
const headerFiles = ['image', 'video', 'document'] as const

type HeaderFile = (typeof headerFiles)[number]
const isHeaderFile = (name: string): name is HeaderFile => headerFiles.some((known) => known === name)

/** Where the list ends although Meta says that there is more. */
const mostPages = 50

/** The templates of a WhatsApp Business account that may be sent now. Rejects with a sentence. */
export async function listTemplates(graph: Graph, wabaId: string): Promise<readonly MessageTemplate[]> {
  const templates: MessageTemplate[] = []
  let after: string | null = null
  for (let page = 0; page < mostPages; page++) {
    const answer = readGraph(
      await getGraph(graph, `${wabaId}/message_templates`, {
        fields: 'name,language,status,category,components',
        status: 'APPROVED',
        limit: '100',
        ...(after === null ? {} : { after }),
      }),
    )
    if ('reason' in answer) throw new Error(answer.reason)
    if (answer.status !== 200 || answer.body === null)
      throw new Error(
        `WhatsApp does not list its templates (HTTP ${answer.status}). Check the access token and the account id.`,
      )
    templates.push(...listOf(valueAt(answer.body, 'data')).flatMap(readTemplate))
    // Only the cursor is taken: a whole URL of theirs would be one more place to send the token to.
    after =
      valueAt(answer.body, 'paging.next') === undefined ? null : textAt(answer.body, 'paging.cursors.after')
    if (after === null) break
  }
  return templates
}

/** None for what Parley can't fill: one-time codes, carousels, flows, catalogues, coupons. */
function readTemplate(template: unknown): readonly MessageTemplate[] {
  const name = textAt(template, 'name')
  const language = textAt(template, 'language')
  const category = textAt(template, 'category')?.toLowerCase() ?? null
  if (name === null || language === null || textAt(template, 'status') !== 'APPROVED') return []
  if (category === 'authentication') return []
  const parts = listOf(valueAt(template, 'components')).map(readComponent)
  if (parts.some((part) => part === null)) return []
  const whole = parts.filter((part) => part !== null)
  const text = whole.map((part) => part.text).filter((line) => line !== '')
  return [
    {
      name,
      language,
      text: cleanText(text.join('\n')),
      variables: whole.flatMap((part) => part.variables),
      category,
    },
  ]
}

interface Part {
  readonly text: string
  readonly variables: readonly string[]
}

function readComponent(component: unknown): Part | null {
  const text = textAt(component, 'text') ?? ''
  switch (textAt(component, 'type')) {
    case 'BODY':
      return { text, variables: variablesOf(text) }
    case 'FOOTER':
      return { text, variables: [] }
    case 'HEADER':
      return readHeader(component, text)
    case 'BUTTONS':
      return readButtons(component)
    default:
      return null
  }
}

function readHeader(component: unknown, text: string): Part | null {
  const format = textAt(component, 'format')?.toLowerCase() ?? ''
  if (format === 'text') {
    const renamed = text.replace(placeholder, (_, name: string) => `{{header_${name}}}`)
    return { text: renamed, variables: variablesOf(renamed) }
  }
  return isHeaderFile(format) ? { text: '', variables: [`header_${format}`] } : null
}

function readButtons(component: unknown): Part | null {
  const variables: string[] = []
  for (const [index, button] of listOf(valueAt(component, 'buttons')).entries()) {
    const type = textAt(button, 'type')
    if (type === 'URL' && /\{\{/.test(textAt(button, 'url') ?? '')) variables.push(`button_${index}`)
    else if (type !== 'URL' && type !== 'QUICK_REPLY' && type !== 'PHONE_NUMBER') return null
  }
  return { text: '', variables }
}

const placeholder = /\{\{\s*(\w{1,60})\s*\}\}/g

const variablesOf = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(placeholder)].map(([, name = '']) => name)),
]

/** The `components` of a template message, from the values of its variables. */
export function templateComponents(variables: Readonly<Record<string, string>>): readonly object[] {
  const header: object[] = []
  const body: (readonly [string, string])[] = []
  const buttons: (readonly [string, string])[] = []
  for (const [name, value] of Object.entries(variables)) {
    const headed = headerName.exec(name)?.[1]
    const button = buttonName.exec(name)?.[1]
    if (headed !== undefined) header.push(headerParameter(headed, value))
    else if (button !== undefined) buttons.push([button, value])
    else body.push([name, value])
  }
  return [
    ...(header.length === 0 ? [] : [{ type: 'header', parameters: header }]),
    ...(body.length === 0
      ? []
      : [{ type: 'body', parameters: inOrder(body).map(([name, value]) => textParameter(name, value)) }]),
    ...inOrder(buttons).map(([index, text]) => ({
      type: 'button',
      sub_type: 'url',
      index,
      parameters: [{ type: 'text', text }],
    })),
  ]
}

const headerParameter = (name: string, value: string): object =>
  isHeaderFile(name) ? { type: name, [name]: { link: value } } : textParameter(name, value)

/** Numbered variables stand in their order, named ones bear their name. */
const textParameter = (name: string, text: string): object =>
  /^\d+$/.test(name) ? { type: 'text', text } : { type: 'text', parameter_name: name, text }

const inOrder = (pairs: readonly (readonly [string, string])[]) =>
  [...pairs].sort(([a], [b]) => (Number(a) || 0) - (Number(b) || 0))
