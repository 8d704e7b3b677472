import type { Log } from '../app/ports/ambient.ts'

type PbxWarningCode =
  /** The AMI or ARI account may not do something that Parley wants. */
  | 'missing-permission'
  /** A module of Asterisk is not loaded, or it is too old. */
  | 'missing-action'
  /** A line of the dialplan says nothing that Parley understands. */
  | 'unreadable-dialplan'
  | 'names-file'

/** Something that a person should know of and can do something about. */
export interface PbxWarning {
  readonly code: PbxWarningCode
  /** Says what is wrong and what to do. */
  readonly sentence: string
  /** A line to paste, where that would mend it. */
  readonly todo?: string
}

/** What is wrong right now; each is told to the log once, and again only after it was gone. */
interface PbxWarnings {
  current(): readonly PbxWarning[]
  /** Replaces all warnings of one source. */
  set(source: string, warnings: readonly PbxWarning[]): void
}

export function createPbxWarnings(log: Log): PbxWarnings {
  const bySource = new Map<string, readonly PbxWarning[]>()
  return {
    current: () => [...bySource.values()].flat(),
    set(source, warnings) {
      const known = new Set((bySource.get(source) ?? []).map(({ sentence }) => sentence))
      for (const { code, sentence } of warnings) if (!known.has(sentence)) log.warn({ code }, sentence)
      bySource.set(source, warnings)
    },
  }
}
