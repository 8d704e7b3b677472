import { join } from 'node:path'
import type { ModuleManifest } from '../../manifest.ts'
import { filesBelow, tarFile } from './files.ts'
import type { Architecture } from './production-tree.ts'
import { sidecarFiles } from './sidecar-files.ts'
import type { TarFile } from './tar.ts'

/** For an Asterisk without FreePBX: the sidecar, the dialplan, and what to put where, with a page that says so. */
export function plainFiles(root: string, manifest: ModuleManifest, architecture: Architecture): TarFile[] {
  const { name } = manifest
  const folder = join(root, 'module/freepbx/plain')
  const runtime = `sidecar/node_modules/node-linux-${architecture}/bin/node`
  const ours = filesBelow(folder).map((path): TarFile => {
    const file = tarFile(`${name}/${path}`, join(folder, path))
    const text = Buffer.from(file.content).toString('utf8').replaceAll('@NODE@', runtime)
    return { path: file.path, content: Buffer.from(text), executable: path === 'parley' }
  })
  return [
    ...ours,
    ...['CHANGELOG.md', ...manifest.dialplan.map(({ file }) => file)].map((path) => ({
      ...tarFile(`${name}/${path}`, join(root, path)),
      executable: false,
    })),
    ...sidecarFiles(root, manifest, `${name}/sidecar`),
  ]
}
