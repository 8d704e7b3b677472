// The measured side, in a process of its own: `bare` is a fastify that reads a body and answers, `parley` all of
// Parley but Asterisk. Prints its port and its panel's token as one line; ends when its standard input does.
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { pino } from 'pino'
import { createAddressReader } from '../../module/carriers/address-reader.ts'
import { createTwilioCarrier } from '../../module/carriers/twilio/twilio-carrier.ts'
import { asCarrierId } from '../../module/domain/ids.ts'
import { createSampleSidecar, tokenFor } from '../http/sample-sidecar.ts'
import { authToken, carrierId, publicUrl } from './twilio-messages.ts'

const close = process.argv[2] === 'bare' ? await startBare() : await startParley()
process.stdin.resume()
process.stdin.on('end', async () => {
  await close()
  process.exit(0)
})

async function startBare(): Promise<() => Promise<void>> {
  const app = fastify()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post('/*', async (_request, reply) => reply.type('text/xml').send('<Response/>'))
  await app.listen({ host: '127.0.0.1', port: 0 })
  announce((app.server.address() as AddressInfo).port)
  return () => app.close()
}

async function startParley(): Promise<() => Promise<void>> {
  const account = {
    id: asCarrierId(carrierId),
    kind: 'twilio',
    name: 'Bench',
    enabled: true,
    settings: { accountSid: 'AC00000000000000000000000000000000', numbers: ['+16313808000'] },
    secrets: { authToken },
  }
  const readAddress = createAddressReader({ homeCountry: 'US' })
  const log = pino({ level: 'silent' })
  const sidecar = await createSampleSidecar({
    account,
    build: (given) => createTwilioCarrier(given, { publicUrl, readAddress, log }),
  })
  await sidecar.app.listen({ host: '127.0.0.1', port: 0 })
  announce((sidecar.app.server.address() as AddressInfo).port)
  return () => sidecar.close()
}

function announce(port: number): void {
  process.stdout.write(`${JSON.stringify({ port, token: tokenFor('101') })}\n`)
}
