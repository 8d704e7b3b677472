import type { ExtensionEntry } from '../../domain/directory/directory.ts'
import type { Asked } from './asking.ts'
import { variable } from './asking.ts'
import { endpointOf } from './hint.ts'

/** The PJSIP targets of an extension's registered phones, `pjsip:101/sip:101@10.0.0.5:5060`. */
export async function readContacts(ami: Asked, { devices }: ExtensionEntry): Promise<string[]> {
  const answers = await Promise.all(
    devices.map((device) => {
      const endpoint = endpointOf(device)
      return endpoint === null ? null : variable(ami, { kind: 'endpoint-contacts', endpoint })
    }),
  )
  // The separator may stand in an address as well: a contact begins with its endpoint.
  return answers.flatMap((answer) => (answer ?? '').split(/&(?=PJSIP\/)/).flatMap(targetOf))
}

function targetOf(contact: string): string[] {
  const target = /^PJSIP\/(\S+)$/.exec(contact)?.[1]
  return target === undefined ? [] : [`pjsip:${target}`]
}
