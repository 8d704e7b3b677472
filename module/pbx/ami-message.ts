/**
 * One message from Asterisk as `[name, value, name, value, …]`. Names are in lower case (the AMI package folds
 * them); a repeated name stays repeated, since some answers give one name two values. A flat list is the
 * cheapest thing to hand from one thread to another, and no name, `constructor` or `__proto__`, can mean more
 * in it than a name.
 */
export type AmiMessage = readonly string[]

/** The first value under a name given in lower case; undefined when there is none. */
export function field(message: AmiMessage, name: string): string | undefined {
  for (let index = 0; index < message.length; index += 2) {
    if (message[index] === name) return message[index + 1]
  }
  return undefined
}

/** Every value under a name, in the order in which they came. */
export function fields(message: AmiMessage, name: string): string[] {
  return message.filter((_, index) => index % 2 === 1 && message[index - 1] === name)
}

/** The event's name in lower case; undefined for a response. */
export const eventName = (message: AmiMessage): string | undefined => field(message, 'event')?.toLowerCase()

/** A whole number, or the fallback for anything else. */
export function count(message: AmiMessage, name: string, fallback = 0): number {
  const value = field(message, name)
  return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : fallback
}
