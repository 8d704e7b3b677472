import type { ModuleManifest } from '../../manifest.ts'

/** FreePBX wants its own release before a module's version. */
export const freepbxVersion = (manifest: ModuleManifest): string =>
  `${manifest.freepbx.supported.split('.')[0]}.${manifest.version}`

/** module.xml, by which FreePBX knows the module. */
export function moduleXml(manifest: ModuleManifest): string {
  const { freepbx } = manifest
  const [menu] = manifest.menu
  if (menu === undefined) throw new Error('module.json names no menu item.')
  return `<?xml version="1.0" encoding="UTF-8"?>
<module>
  <rawname>${manifest.name}</rawname>
  <repo>unsupported</repo>
  <name>${text(manifest.title)}</name>
  <version>${freepbxVersion(manifest)}</version>
  <publisher>${text(freepbx.publisher)}</publisher>
  <license>${text(manifest.licence)}</license>
  <category>${text(menu.category)}</category>
  <description>${text(freepbx.description)}</description>
  <menuitems>
${manifest.menu.map((item) => `    <${manifest.name} category="${text(item.category)}" type="setup">${text(item.title)}</${manifest.name}>`).join('\n')}
  </menuitems>
  <depends>
    <version>${freepbx.depends.framework}</version>
    <phpversion>${freepbx.depends.php}</phpversion>
${freepbx.depends.modules.map((dependency) => `    <module>${text(dependency)}</module>`).join('\n')}
  </depends>
  <supported>
    <version>${freepbx.supported}</version>
  </supported>
  <console>
    <command>
      <name>${freepbx.console}</name>
    </command>
  </console>
  <hooks>
${hooks(manifest)}
  </hooks>
  <changelog>
    *${freepbxVersion(manifest)}* See CHANGELOG.md
  </changelog>
</module>
`
}

/** Those of one class of another module stand together. */
function hooks({ freepbx }: ModuleManifest): string {
  const targets = Map.groupBy(
    freepbx.hooks,
    ({ of }) =>
      `<${of.module} class="${of.class}"${of.namespace === undefined ? '' : ` namespace="${of.namespace}"`}>`,
  )
  return [...targets]
    .map(([target, methods]) => {
      const lines = methods.map(
        ({ calling, method }) =>
          `      <method callingMethod="${calling}" class="Parley" namespace="FreePBX\\modules">${method}</method>`,
      )
      return [`    ${target}`, ...lines, `    </${methods[0]?.of.module}>`].join('\n')
    })
    .join('\n')
}

const text = (value: string): string =>
  value.replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign,
  )
