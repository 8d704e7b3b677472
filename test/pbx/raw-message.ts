import type { AmiMessage } from '../../module/pbx/ami-message.ts'

/** A message as Asterisk writes it, `|` standing for the line breaks, as the worker hands it over. */
export function raw(excerpt: string): AmiMessage {
  return excerpt.split(' | ').flatMap((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
}
