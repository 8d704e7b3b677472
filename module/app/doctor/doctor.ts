import { fact } from './fact.ts'
import type { DatabaseFacts, PbxFacts, SidecarFacts, SpoolFacts, StorageFacts } from './facts.ts'
import { type DoctorReport, reportOf } from './finding.ts'
import { judge } from './judge.ts'

/** Where the facts come from. Each looks by itself and changes nothing. */
export interface FactSources {
  sidecar(): Promise<SidecarFacts>
  pbx(): Promise<PbxFacts>
  spool(): Promise<SpoolFacts>
  storage(): Promise<StorageFacts>
  database(): Promise<DatabaseFacts>
  readonly publicUrl: string | null
}

export interface DoctorTimes {
  /** For the PBX with its log-ins; it has its own, shorter ends for each question. */
  readonly pbxMs: number
  readonly othersMs: number
}

export const usualDoctorTimes: DoctorTimes = { pbxMs: 25_000, othersMs: 12_000 }

/** Looks at everything at once; resolves within the longest of the times, whatever hangs. */
export type Doctor = () => Promise<DoctorReport>

export function createDoctor(sources: FactSources, times: DoctorTimes = usualDoctorTimes): Doctor {
  let underWay: Promise<DoctorReport> | null = null

  async function examine(): Promise<DoctorReport> {
    const [sidecar, pbx, spool, storage, database] = await Promise.all([
      fact(sources.sidecar(), times.othersMs),
      fact(sources.pbx(), times.pbxMs),
      fact(sources.spool(), times.othersMs),
      fact(sources.storage(), times.othersMs),
      fact(sources.database(), times.othersMs),
    ])
    return reportOf(judge({ sidecar, pbx, spool, storage, database, publicUrl: sources.publicUrl }))
  }

  // Whoever asks meanwhile gets the same answer: many open panels are one look at the PBX.
  return () => {
    underWay ??= examine().finally(() => {
      underWay = null
    })
    return underWay
  }
}
