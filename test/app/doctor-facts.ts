import { known } from '../../module/app/doctor/fact.ts'
import type { Facts, FolderFact, PbxFacts } from '../../module/app/doctor/facts.ts'

/** What the doctor would have seen of a PBX that lacks nothing. */
export const healthyPbx: PbxFacts = {
  ami: { at: '127.0.0.1:5038', username: 'parley', loss: null },
  ari: { at: 'http://127.0.0.1:8088', username: 'parley', loss: null },
  lacks: known([]),
  missingContexts: known([]),
  spoolVariable: known('/spool'),
  endpoints: known({ count: 7, exposed: [], inbound: 1, unasked: [] }),
  messageQueue: known({ stuckIn: null, stuckMs: 0 }),
  unreadable: known([]),
  clockAheadMs: known(-40),
  runsAs: { uid: 995, name: 'asterisk', gids: [995] },
}

export const folderOf = (path: string, uid = 995, mode = 0o775): FolderFact => ({
  path,
  stat: { isFolder: true, uid, gid: 995, mode },
  usable: true,
})

export const healthyFacts: Facts = {
  sidecar: known({ at: 'http://127.0.0.1:8077', answers: 'parley' }),
  pbx: known(healthyPbx),
  spool: known({
    folder: '/spool',
    realFolder: '/spool',
    folders: ['/spool', '/spool/new', '/spool/aside'].map((path) => folderOf(path)),
    waiting: { count: 0, oldestMs: 0 },
    aside: 0,
  }),
  storage: known({
    disks: [
      { path: '/data', freeBytes: 50e9, totalBytes: 100e9 },
      { path: '/data/media', freeBytes: 60e9, totalBytes: 100e9 },
    ],
    keyFile: { path: '/data/parley.key', mode: 0o600 },
    mediaFolder: { path: '/data/media', mode: 0o700, usable: true },
  }),
  database: known({
    file: '/data/parley.sqlite',
    content: { faults: [], carrierKinds: ['sip-message'], filesWithoutRoom: 0 },
  }),
  publicUrl: null,
}
