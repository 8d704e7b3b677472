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
  /** The standalone page, and the path it is served at; none for what a PBX's own page loads. */
  page: Type.Optional(Type.String()),
  mount: Type.Optional(Type.String({ pattern: '^/' })),
  /** Where it lies in the FreePBX module; no path there may contain "node". */
  folder: Type.Optional(Type.String()),
})

/** What the FreePBX module is made of besides: its module.xml is written from this. */
const FreePbx = Type.Object({
  publisher: Type.String(),
  description: Type.String(),
  supported: Type.String(),
  depends: Type.Object({
    framework: Type.String(),
    php: Type.String(),
    modules: Type.Array(Type.String({ pattern: '^[a-z0-9]+ ge [0-9.]+$' })),
  }),
  /** Methods of ours that a class of another module calls at a place it names. */
  hooks: Type.Array(
    Type.Object({
      of: Type.Object({
        module: Type.String(),
        class: Type.String(),
        /** None for a class that stands in no namespace: a hook of one that is not there is never called. */
        namespace: Type.Optional(Type.String()),
      }),
      calling: Type.String(),
      method: Type.String(),
    }),
  ),
  /** The word after fwconsole. */
  console: Type.String(),
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
  freepbx: FreePbx,
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
