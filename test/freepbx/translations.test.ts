import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { freepbxFiles } from '../../module/freepbx/package/freepbx-files.ts'
import { translationsIn } from '../../module/freepbx/package/translations.ts'
import { runCommand } from '../../module/lab/run-command.ts'
import { moduleRoot, readManifest } from '../../module/manifest.ts'
import { buildFragments } from '../../ui-fragments/build.ts'
import { php } from './stand-in-pbx.ts'

t.test('the German of the FreePBX module is whole, and compiled as gettext reads it', async (t) => {
  await buildFragments({})
  const files = new Map(
    freepbxFiles(moduleRoot, readManifest()).map(({ path, content }) => [path, Buffer.from(content)]),
  )
  const text = (path: string) => files.get(`parley/i18n/${path}`)?.toString('utf8') ?? ''
  const template = translationsIn(text('parley.pot'))
  const german = translationsIn(text('de_DE/LC_MESSAGES/parley.po'))
  t.ok(template.size > 50)
  t.strictSame([...german.keys()].sort(), [...template.keys()].sort(), 'no sentence too few, none too many')
  for (const [id, words] of german) {
    const places = (sentence: string) => sentence.match(/%[sd]/g)
    t.strictSame(places(words), places(id), id)
    t.not(words, '', id)
  }

  const folder = mkdtempSync(join(tmpdir(), 'parley-german-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const compiled = files.get('parley/i18n/de_DE/LC_MESSAGES/parley.mo') ?? Buffer.alloc(0)
  writeFileSync(join(folder, 'parley.mo'), compiled)
  // Read as the format says, by another hand than the one that wrote it.
  const program = `$m = file_get_contents($argv[1]); $h = unpack('V7', $m); $all = [];
    for ($i = 0; $i < $h[3]; $i++) {
      [, $l, $o] = unpack('V2', $m, $h[4] + 8 * $i); [, $n, $p] = unpack('V2', $m, $h[5] + 8 * $i);
      $all[substr($m, $o, $l)] = substr($m, $p, $n);
    }
    $keys = array_keys($all); $sorted = $keys; sort($sorted, SORT_STRING);
    echo json_encode([dechex($h[1]), array_map('strval', $keys) === array_map('strval', $sorted), $all['done'], $all['Yes'], count($all)]);`
  const [command, ...first] = (await php()).command
  const answer = await runCommand(command, [...first, '-r', program, '--', join(folder, 'parley.mo')])
  t.strictSame(JSON.parse(answer), ['950412de', true, 'fertig', 'Ja', german.size])
})
