import type { MessageWire } from '../../module/contract/api/messages.ts'

/** What the customer did to a message afterwards. What was said first is kept: it may have been acted on. */
export interface MessageEffect {
  readonly reactions: readonly string[]
  /** The text as it is now. */
  readonly edited: string | null
  readonly deleted: boolean
}

export interface MessageEffects {
  readonly byId: ReadonlyMap<string, MessageEffect>
  /** Messages that show on another's bubble and need no line of their own. */
  readonly absorbed: ReadonlySet<string>
}

const none: MessageEffect = { reactions: [], edited: null, deleted: false }

/** Oldest first. What refers to a message that is not loaded stands as a line of its own until it is. */
export function messageEffects(messages: readonly MessageWire[]): MessageEffects {
  const late = messages.filter(({ kind }) => kind === 'reaction' || kind === 'edit' || kind === 'deletion')
  if (late.length === 0) return { byId: new Map(), absorbed: new Set() }
  const held = new Set(messages.map(({ id }) => id))
  const byId = new Map<string, MessageEffect>()
  const absorbed = new Set<string>()
  for (const message of late) {
    const { id, repliesTo } = message
    const refersTo = repliesTo?.id
    if (refersTo === undefined || !held.has(refersTo)) continue
    absorbed.add(id)
    byId.set(refersTo, after(byId.get(refersTo) ?? none, message))
  }
  return { byId, absorbed }
}

function after(effect: MessageEffect, { kind, text }: MessageWire): MessageEffect {
  switch (kind) {
    case 'reaction':
      // One customer has one reaction to a message: another takes its place, an empty one takes it away.
      return { ...effect, reactions: text === '' ? [] : [text] }
    case 'edit':
      return { ...effect, edited: text }
    case 'deletion':
      return { ...effect, deleted: true }
    default:
      return effect
  }
}
