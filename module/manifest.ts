import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

const Fragment = Type.Object({
  name: Type.String(),
  title: Type.String(),
  /** What the bundle is built from. */
  entry: Type.String(),
  element: Type.String(),
  /** The standalone page, and the path it is served at. */
  page: Type.String(),
  mount: Type.String({ pattern: '^/' }),
})

const Manifest = Type.Object({
  name: Type.String(),
  title: Type.String(),
  version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+' }),
  licence: Type.String(),
  requires: Type.Object({ asterisk: Type.String(), freepbx: Type.String(), node: Type.String() }),
  sidecar: Type.Object({ entry: Type.String() }),
  menu: Type.Array(Type.Object({ title: Type.String(), category: Type.String(), fragment: Type.String() })),
  fragments: Type.Array(Fragment),
  dialplan: Type.Array(Type.Object({ file: Type.String(), contexts: Type.Array(Type.String()) })),
})

export type FragmentManifest = Static<typeof Fragment>
export type ModuleManifest = Static<typeof Manifest>

/** The folder that holds module.json. */
export const moduleRoot = dirname(dirname(fileURLToPath(import.meta.url)))

/** module.json, checked: what Parley is made of and where it mounts. */
export function readManifest(root = moduleRoot): ModuleManifest {
  const value: unknown = JSON.parse(readFileSync(join(root, 'module.json'), 'utf8'))
  if (!Value.Check(Manifest, value)) {
    const [first] = Value.Errors(Manifest, value)
    throw new Error(
      `module.json is damaged at ${first?.instancePath || '/'}: ${first?.message ?? 'unreadable'}.`,
    )
  }
  return value
}
