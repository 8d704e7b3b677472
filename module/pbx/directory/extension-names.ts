import type { Extension } from '../../domain/ids.ts'
import type { Asked } from './asking.ts'
import { inTurns, listOrNone, variable } from './asking.ts'
import type { HintReading } from './extensions.ts'
import { nameOfCallerId, readName } from './extensions.ts'
import { endpointOf } from './hint.ts'
import { createRotation } from './rotation.ts'

/** The names of extensions, which the PBX tells one at a time. */
interface ExtensionNames {
  /** Reads new ones and, of those known, as many as there is room for; null is an extension without a name. */
  read(
    ami: Asked,
    hints: readonly HintReading[],
    room: number,
  ): Promise<ReadonlyMap<Extension, string | null>>
}

export function createExtensionNames(): ExtensionNames {
  const rotation = createRotation<HintReading>()
  let known = new Map<Extension, string | null>()
  return {
    async read(ami, hints, room) {
      const names = new Map<Extension, string | null>()
      for (const { extension } of hints) {
        const name = known.get(extension)
        if (name !== undefined) names.set(extension, name)
      }
      const turn = rotation.take(hints, room, ({ extension }) => !names.has(extension))
      await inTurns(turn, async (hint) => {
        names.set(hint.extension, await readOne(ami, hint))
      })
      known = names
      return names
    },
  }
}

/** FreePBX's display name, else the caller id of the extension's first phone. */
async function readOne(ami: Asked, { extension, devices }: HintReading): Promise<string | null> {
  const name = readName(
    await listOrNone(ami, { action: 'DBGet', family: `AMPUSER/${extension}`, key: 'cidname' }),
  )
  if (name !== null) return name
  for (const device of devices) {
    const endpoint = endpointOf(device)
    if (endpoint === null) continue
    const callerId = await variable(ami, { kind: 'endpoint-caller-id', endpoint })
    const named = callerId === null ? null : nameOfCallerId(callerId)
    if (named !== null) return named
  }
  return null
}
