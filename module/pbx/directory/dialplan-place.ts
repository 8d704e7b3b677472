/** Where in the dialplan something stands. */
interface DialplanPlace {
  readonly context: string
  readonly extension: string
  readonly priority: number
}

/** A line that should say something and does not say it in any way that Parley knows. */
export interface UnreadableLine extends DialplanPlace {
  /** `ring group 600` */
  readonly of: string
  readonly reason: string
}

export const placeText = ({ context, extension, priority }: DialplanPlace): string =>
  extension === '' ? `[${context}]` : `[${context}] exten => ${extension},${priority}`

/** Long enough to recognise it by, short enough for a log and a screen. */
export const excerpt = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}…` : text)
