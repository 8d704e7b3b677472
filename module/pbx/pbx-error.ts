import type { LinkFault } from '../app/ports/pbx.ts'

/** Why one request of the PBX brought no answer. */
type PbxErrorCode =
  /** The link was down, so nothing was asked. */
  | 'link-down'
  /** The link broke while the PBX had the request: whether it acted on it, nobody knows. */
  | 'lost'
  /** No answer in time: whether it acted on it, nobody knows. */
  | 'deadline'
  /** The PBX understood and said no. */
  | 'refused'
  /** The account may not do this. */
  | 'permission'
  /** A value holds CR, LF or NUL, which would let it smuggle in an action of its own. */
  | 'forbidden-character'
  /** AMI reads no line of more than 1022 bytes. */
  | 'line-too-long'
  /** Only variables of a closed list may be read: a variable can hold a function, and a function can do anything. */
  | 'forbidden-variable'
  /** The package or the thread that hosts it failed. */
  | 'fault'

export class PbxError extends Error {
  readonly code: PbxErrorCode

  constructor(code: PbxErrorCode, sentence: string) {
    super(sentence)
    this.name = 'PbxError'
    this.code = code
  }
}

/** Why a link ended or could not begin; the sentence says what to do where somebody can do something. */
export interface LinkLoss {
  readonly code: LinkFault
  readonly sentence: string
  /** A line to paste, where that would mend it. */
  readonly todo?: string
}

export class LinkError extends Error {
  readonly loss: LinkLoss

  constructor(loss: LinkLoss) {
    super(loss.sentence)
    this.name = 'LinkError'
    this.loss = loss
  }
}

/** Any failure as a link's loss. */
export function lossOf(cause: unknown): LinkLoss {
  if (cause instanceof LinkError) return cause.loss
  if (cause instanceof PbxError && cause.code === 'permission') {
    return { code: 'permission', sentence: cause.message }
  }
  if (cause instanceof PbxError && cause.code === 'deadline')
    return { code: 'timeout', sentence: cause.message }
  if (cause instanceof PbxError && (cause.code === 'lost' || cause.code === 'link-down')) {
    return { code: 'lost', sentence: cause.message }
  }
  return { code: 'fault', sentence: cause instanceof Error ? cause.message : String(cause) }
}
