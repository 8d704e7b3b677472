import type { EndpointFacts } from '../../app/doctor/facts.ts'
import { isEndpointName } from '../ami-request.ts'
import { type Asked, inTurns, variable } from '../directory/asking.ts'

/** Parley's contexts, none of which a call goes through. */
const own: ReadonlySet<string> = new Set(['parley-inbound', 'parley-phone'])

/** Where the texts of each endpoint go. An endpoint of another's context, smsconnector's for one, is left alone. */
export async function readEndpoints(ami: Asked, names: readonly string[]): Promise<EndpointFacts> {
  const exposed: string[] = []
  let inbound = 0
  const asked = names.filter(isEndpointName)
  await inTurns(asked, async (endpoint) => {
    const context = (await variable(ami, { kind: 'endpoint-message-context', endpoint })) ?? ''
    if (context === 'parley-inbound') inbound++
    const isExposed =
      context === '' ||
      (!own.has(context) && context === (await variable(ami, { kind: 'endpoint-call-context', endpoint })))
    if (isExposed) exposed.push(endpoint)
  })
  return {
    count: asked.length,
    exposed: exposed.sort(),
    inbound,
    unasked: names.filter((name) => !isEndpointName(name)),
  }
}
