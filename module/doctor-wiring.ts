import { join } from 'node:path'
import {
  createDoctor,
  type Doctor,
  type DoctorTimes,
  type FactSources,
  usualDoctorTimes,
} from './app/doctor/doctor.ts'
import type { Log } from './app/ports/ambient.ts'
import { examineSpool } from './carriers/sip-message/examine-spool.ts'
import type { Config } from './config.ts'
import { examineSidecar } from './http/examine-sidecar.ts'
import { mediaFolderName } from './media/media-folder.ts'
import { type ExaminePbxTimes, examinePbx } from './pbx/doctor/examine-pbx.ts'
import { lookAtNamesFile } from './pbx/names/names-file.ts'
import { examineDatabase } from './store/database/examine-database.ts'
import { examineStorage } from './store/database/examine-storage.ts'

/** A little less than the doctor gives them, so that their own words are heard. */
const databaseMs = 10_000
const sidecarMs = 5_000

/** The doctor of one installation: the same at the console and in the sidecar, whether or not that runs. */
export function createInstallationDoctor(
  { dataFolder, http, keyFile, pbx }: Config,
  log: Log,
  times: { readonly pbx?: Partial<ExaminePbxTimes>; readonly doctor?: DoctorTimes } = {},
): Doctor {
  const sources: FactSources = {
    publicUrl: http.publicUrl,
    sidecar: () => examineSidecar(http, sidecarMs),
    pbx: () =>
      examinePbx({
        ami: pbx.ami,
        ari: pbx.ari,
        contexts: { hints: pbx.hintContexts, ringGroups: pbx.ringGroupContexts, dids: pbx.didContexts },
        namesFault: () => (pbx.namesFile === null ? null : lookAtNamesFile(pbx.namesFile)),
        log,
        times: times.pbx ?? {},
      }),
    spool: () => examineSpool(pbx.spoolFolder),
    storage: () => examineStorage([dataFolder, pbx.spoolFolder], keyFile, join(dataFolder, mediaFolderName)),
    database: () => examineDatabase(join(dataFolder, 'parley.sqlite'), databaseMs),
  }
  return createDoctor(sources, times.doctor ?? usualDoctorTimes)
}
