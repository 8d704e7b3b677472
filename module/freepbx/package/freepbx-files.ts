import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ModuleManifest } from '../../manifest.ts'
import { filesBelow, tarFile, textFile } from './files.ts'
import { moduleXml } from './module-xml.ts'
import { sidecarFiles, withoutMap } from './sidecar-files.ts'
import type { TarFile } from './tar.ts'
import { compiledTranslation, translationTemplate } from './translations.ts'

/** Everything of the FreePBX module that is ours: the glue, the panels, the dialplan and the sidecar's sources. */
export function freepbxFiles(root: string, manifest: ModuleManifest): TarFile[] {
  const { name } = manifest
  const php = join(root, 'module/freepbx/php')
  const glue = filesBelow(php).map((path) => ({
    ...tarFile(`${name}/${path}`, join(php, path)),
    executable: false,
  }))
  const panels = manifest.fragments.flatMap((fragment) =>
    fragment.folder === undefined
      ? []
      : [
          textFile(
            `${name}/${fragment.folder}/${fragment.name}.js`,
            withoutMap(readFileSync(join(root, `ui-fragments/dist/${fragment.name}.js`), 'utf8')),
          ),
        ],
  )
  return [
    ...glue,
    ...panels,
    textFile(`${name}/module.xml`, moduleXml(manifest)),
    textFile(`${name}/i18n/${name}.pot`, translationTemplate(glue)),
    ...translations(join(root, 'module/freepbx/i18n'), name),
    ...['LICENSE', 'CHANGELOG.md', ...manifest.dialplan.map(({ file }) => file)].map((path) => ({
      ...tarFile(`${name}/${path}`, join(root, path)),
      executable: false,
    })),
    ...sidecarFiles(root, manifest, `${name}/sidecar`),
  ]
}

/** Each `<language>.po` where FreePBX looks for it, as its translators read it and as gettext does. */
const translations = (folder: string, name: string): TarFile[] =>
  filesBelow(folder).flatMap((path) => {
    const at = `${name}/i18n/${path.replace(/\.po$/, '')}/LC_MESSAGES/${name}`
    const text = readFileSync(join(folder, path), 'utf8')
    return [
      textFile(`${at}.po`, text),
      { path: `${at}.mo`, content: compiledTranslation(text), executable: false },
    ]
  })
