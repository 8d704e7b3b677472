import type { LinkFault } from '../ports/pbx.ts'
import type { Fact } from './fact.ts'

/** Whether one of the two interfaces of Asterisk could be logged in to. */
export interface LinkFact {
  /** `127.0.0.1:5038`, or ARI's URL. */
  readonly at: string
  readonly username: string
  /** Null when it could. */
  readonly loss: { readonly code: LinkFault; readonly sentence: string; readonly todo: string | null } | null
}

/** Something that an account or Asterisk lacks. */
export interface Lack {
  readonly of: 'ami' | 'ari' | 'asterisk'
  readonly sentence: string
  readonly todo: string | null
}

export interface EndpointFacts {
  /** How many were looked at. */
  readonly count: number
  /** Without a context for texts, or with the one that their calls go to. */
  readonly exposed: readonly string[]
  /** Those whose texts come to Parley. */
  readonly inbound: number
  /** Names that are not asked for. */
  readonly unasked: readonly string[]
}

/** What the one channel is doing that carries all SIP MESSAGEs. */
export interface MessageQueueFact {
  /** `Queue(8000)` in `[from-internal]`; null when texts get through. */
  readonly stuckIn: string | null
  /** At least so long. */
  readonly stuckMs: number
}

export interface PbxFacts {
  readonly ami: LinkFact
  readonly ari: LinkFact
  readonly lacks: Fact<readonly Lack[]>
  /** Of the contexts that Parley brings, those that the dialplan lacks. */
  readonly missingContexts: Fact<readonly string[]>
  /** What the dialplan has as PARLEY_SPOOL; empty where it is not set. */
  readonly spoolVariable: Fact<string>
  readonly endpoints: Fact<EndpointFacts>
  readonly messageQueue: Fact<MessageQueueFact>
  /** What could not be read, a sentence each. */
  readonly unreadable: Fact<readonly string[]>
  /** How far Asterisk's clock is ahead of ours. */
  readonly clockAheadMs: Fact<number>
  /** Whom Asterisk runs as; null where that can't be seen from here. */
  readonly runsAs: PosixUser | null
}

export interface PosixUser {
  readonly uid: number
  /** Null where this machine has no name for it, and so does not know its groups either. */
  readonly name: string | null
  readonly gids: readonly number[]
}

export interface FolderFact {
  readonly path: string
  /** Null when it is not there; permission bits alone in `mode`. */
  readonly stat: {
    readonly isFolder: boolean
    readonly uid: number
    readonly gid: number
    readonly mode: number
  } | null
  /** Whether this process may list it and write into it. */
  readonly usable: boolean
}

export interface SpoolFacts {
  readonly folder: string
  /** Without symbolic links; null when it is not there. */
  readonly realFolder: string | null
  /** The folder itself, `new` and `aside`. */
  readonly folders: readonly FolderFact[]
  /** Records that nobody took yet. */
  readonly waiting: { readonly count: number; readonly oldestMs: number }
  /** What was no record. */
  readonly aside: number
}

export interface DiskFact {
  readonly path: string
  readonly freeBytes: number
  readonly totalBytes: number
}

export interface StorageFacts {
  readonly disks: readonly DiskFact[]
  readonly keyFile: { readonly path: string; readonly mode: number | null }
  /** Where files of messages lie; a null mode where there is none yet. */
  readonly mediaFolder: { readonly path: string; readonly mode: number | null; readonly usable: boolean }
}

export interface DatabaseFacts {
  readonly file: string
  /** Null when there is no database yet. */
  readonly content: {
    /** What SQLite complains of; empty when it is whole. */
    readonly faults: readonly string[]
    /** The kinds of the enabled carriers: `twilio`, `sip-message`. */
    readonly carrierKinds: readonly string[]
    /** Files that could not be kept, since the disk was full. */
    readonly filesWithoutRoom: number
  } | null
}

/** Who answers at the address that the configuration gives the sidecar. */
export interface SidecarFacts {
  readonly at: string
  readonly answers: 'parley' | 'another' | 'silence' | 'nobody'
}

/** Everything that the doctor judges by. */
export interface Facts {
  readonly sidecar: Fact<SidecarFacts>
  readonly pbx: Fact<PbxFacts>
  readonly spool: Fact<SpoolFacts>
  readonly storage: Fact<StorageFacts>
  readonly database: Fact<DatabaseFacts>
  readonly publicUrl: string | null
}
