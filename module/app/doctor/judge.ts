import type { Facts } from './facts.ts'
import { type Finding, type FindingCode, findingCodes, ok, unknown } from './finding.ts'
import { judgeLinks } from './judge-links.ts'
import { judgeSidecar } from './judge-sidecar.ts'
import { judgeSpool } from './judge-spool.ts'
import { judgeDatabase, judgePublicUrl, judgeStorage } from './judge-storage.ts'
import { judgePbx } from './judge-texts.ts'

/** One finding for every code, in their order. Pure: the same facts give the same findings. */
export function judge({ sidecar, pbx, spool, storage, database, publicUrl }: Facts): Finding[] {
  const found = [
    ok('configuration', 'The configuration is complete.'),
    ...(sidecar.known ? [judgeSidecar(sidecar.value)] : []),
    ...(pbx.known ? [...judgeLinks(pbx.value), ...judgePbx(pbx.value)] : []),
    ...(spool.known ? judgeSpool(spool.value, pbx) : []),
    ...(storage.known ? judgeStorage(storage.value, database) : []),
    ...(database.known ? [judgeDatabase(database.value)] : []),
    judgePublicUrl(publicUrl, database),
  ]
  const byCode = new Map(found.map((finding) => [finding.code, finding]))
  const reasonFor = (code: FindingCode): string => {
    const source = code.startsWith('spool-')
      ? spool
      : code === 'sidecar'
        ? sidecar
        : code === 'database'
          ? database
          : isStored(code)
            ? storage
            : pbx
    return source.known ? 'Nothing was found out.' : source.reason
  }
  return findingCodes.map((code) => byCode.get(code) ?? unknown(code, reasonFor(code)))
}

const isStored = (code: FindingCode): boolean =>
  code === 'disk-space' || code === 'key-file' || code === 'media-folder'
