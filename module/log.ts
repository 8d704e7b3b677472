import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config.ts'

/** Where a secret or a customer's words could hide in logged facts, should someone log a whole object. */
const redact = [
  'text',
  'body',
  'secret',
  'secrets',
  'password',
  'token',
  'authorization',
  '*.text',
  '*.body',
  '*.secret',
  '*.secrets',
  '*.password',
  '*.token',
  '*.authorization',
  '*.*.authorization',
]

export function createLog(level: Config['logLevel'], destination?: DestinationStream): Logger {
  const options = { level, redact: { paths: redact, censor: '[redacted]' } }
  return destination === undefined ? pino(options) : pino(options, destination)
}
