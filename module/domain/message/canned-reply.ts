import { fail, type Result, succeed } from '../failures.ts'
import type { CannedReplyId, GroupRef } from '../ids.ts'

/** A text that agents use again and again, for one group or for all. */
export interface CannedReply {
  readonly id: CannedReplyId
  /** Null for every group. */
  readonly group: GroupRef | null
  /** What an agent types after the slash; unique within its group, and among those of every group. */
  readonly shortcut: string
  readonly title: string
  /** With variables in braces: `Hello {customer.name}`; a brace itself is written twice. */
  readonly text: string
}

export const cannedVariables = [
  'agent.name',
  'group.name',
  'customer.name',
  'customer.number',
  'did',
] as const
export type CannedVariable = (typeof cannedVariables)[number]

/** What the variables stand for where it is used. */
export type CannedFacts = Readonly<Record<CannedVariable, string>>

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: CannedVariable }

/** Takes a text apart; an unknown variable or an open brace is refused with its position, counted from 1. */
export function parseCannedText(text: string): Result<readonly Piece[]> {
  const pieces: Piece[] = []
  // A brace twice, a variable, a brace alone, or what stands between them.
  for (const match of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|\{|\}|[^{}]+/g)) {
    const [whole, name] = match
    if (name !== undefined) {
      const variable = cannedVariables.find((each) => each === name.trim())
      if (variable === undefined) return fail(unknown(whole, match.index))
      pieces.push({ kind: 'variable', name: variable })
    } else if (whole === '{') return fail(unknown(whole, match.index))
    else pieces.push({ kind: 'text', text: whole === '{{' || whole === '}}' ? whole.slice(1) : whole })
  }
  return succeed(pieces)
}

const unknown = (what: string, index: number) =>
  ({ code: 'unknown-variable', variable: what, position: index + 1 }) as const

/** The text as it would be sent. One that was stored parses; should it not, it stands as it was written. */
export function renderCannedText(text: string, facts: CannedFacts): string {
  const parsed = parseCannedText(text)
  if (!parsed.ok) return text
  return parsed.value.map((piece) => (piece.kind === 'text' ? piece.text : facts[piece.name])).join('')
}
