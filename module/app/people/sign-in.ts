import { createHmac, randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import { type Extension, isExtension, type Millis } from '../../domain/ids.ts'
import type { Clock, Log } from '../ports/ambient.ts'
import type { AuditActor } from '../ports/audit.ts'
import type { Pbx, Phones, SipMessenger } from '../ports/pbx.ts'
import type { Store } from '../ports/store.ts'
import type { Grants } from './grants.ts'
import { readLink, type SessionClaims, signToken, type TokenVerdict } from './session-token.ts'
import type { Caller, Sessions } from './sessions.ts'

export interface SignInDeps {
  readonly store: Pick<Store, 'access' | 'audit'>
  readonly pbx: Pick<Pbx, 'snapshot'>
  readonly phones: Phones
  readonly messenger: Pick<SipMessenger, 'sendText'>
  readonly sessions: Pick<Sessions, 'newSession'>
  readonly grants: Pick<Grants, 'of'>
  readonly tokenKey: Uint8Array
  readonly codeKey: Uint8Array
  readonly sipDomain: string
  readonly clock: Clock
  readonly log: Log
}

export interface SignedIn {
  readonly token: string
  readonly expiresAt: Millis
  /** No renewal goes beyond it. */
  readonly endsAt: Millis
  readonly page: 'agent' | 'admin'
}

export type SignInVerdict =
  | { readonly kind: 'signed-in'; readonly session: SignedIn }
  | { readonly kind: 'wrong-code' }
  | { readonly kind: 'too-many-attempts' }

const minuteMs = 60_000
export const codeLifetimeMs = 5 * minuteMs
const mostTries = 5
const limitWindowMs = 15 * minuteMs
/** An office may share one address, so it gets more than an extension; all together a PBX of hundreds needs this. */
const codesPerExtension = 3
const codesPerAddress = 10
const codesInAll = 300
/** Attempts from one address, whatever they are at. */
const attemptsPerAddress = 30
const tokenLifetimeMs = 15 * minuteMs
const sessionLifetimeMs = 12 * 60 * minuteMs
/** Requests for codes that may be worked on at once: more are not heard. */
const mostUnderWay = 200

export type SignIn = ReturnType<typeof createSignIn>

/**
 * Signs people in without the PBX's portal and without passwords: by a code that their own desk phone shows, or by
 * an administrator's link. To a stranger, extensions that exist and others look the same, in words and in time.
 */
export function createSignIn(deps: SignInDeps) {
  const { store, pbx, clock, log, sessions, grants } = deps
  const underWay = new Set<Promise<void>>()
  const attempts = new Map<string, { count: number; until: Millis }>()

  const hashOf = (extension: string, code: string): Buffer =>
    createHmac('sha256', deps.codeKey).update(`${extension}\0${code}`).digest()

  async function sendCode(extension: Extension, address: string): Promise<void> {
    const at = clock()
    const code = String(randomInt(1_000_000)).padStart(6, '0')
    const kept = await store.access.saveCode(
      { extension, address, codeHash: hashOf(extension, code), at },
      {
        since: at - limitWindowMs,
        perExtension: codesPerExtension,
        perAddress: codesPerAddress,
        inAll: codesInAll,
      },
    )
    const known = pbx.snapshot().directory.extensions.has(extension)
    if (!kept || !known) {
      log.warn({ extension, kept, known }, 'No sign-in code was sent')
      return
    }
    const contacts = await deps.phones.contactsOf(extension)
    const text = `${code} is your Parley sign-in code. It is good for 5 minutes; give it to nobody.`
    const from = `sip:parley@${deps.sipDomain}`
    const sent = await Promise.all(contacts.map((to) => deps.messenger.sendText({ to, from, text })))
    const rang = sent.filter(({ kind }) => kind === 'handed-over').length
    await store.audit.append({
      actor: { kind: 'parley', id: 'parley', name: 'Parley' },
      act: 'sign-in.code',
      target: `person/${extension}`,
      sentence: `A sign-in code went to ${rang} phone${rang === 1 ? '' : 's'} of ${extension}.`,
    })
  }

  /** Too many attempts from there: an address that tries codes for every extension in turn. */
  function isTooMany(address: string): boolean {
    const now = clock()
    for (const [known, { until }] of attempts) if (until <= now) attempts.delete(known)
    const so = attempts.get(address) ?? { count: 0, until: now + limitWindowMs }
    so.count += 1
    attempts.set(address, so)
    return so.count > attemptsPerAddress
  }

  function signed(claims: Omit<SessionClaims, 'exp'>, now: Millis, endsAt: Millis): SignedIn {
    const expiresAt = seconds(Math.min(now + tokenLifetimeMs, endsAt)) * 1000
    const token = signToken(deps.tokenKey, { ...claims, exp: expiresAt / 1000, end: seconds(endsAt) })
    const page = claims.ext === null || claims.roles.includes('admin') ? 'admin' : 'agent'
    return { token, expiresAt, endsAt: seconds(endsAt) * 1000, page }
  }

  const actorOf = (extension: Extension): AuditActor => ({
    kind: 'person',
    id: extension,
    name: pbx.snapshot().directory.extensions.get(extension)?.name ?? extension,
  })

  return {
    /** Returns at once; whether a code goes out, and why not, its caller never learns. */
    requestCode(extension: string, caller: Caller): void {
      if (!isExtension(extension) || underWay.size >= mostUnderWay) return
      const work = sendCode(extension, holderOf(caller))
        .catch((error: unknown) => log.error({ err: error }, 'A sign-in code could not be sent'))
        .finally(() => underWay.delete(work))
      underWay.add(work)
    },

    async byCode(extension: string, code: string, caller: Caller): Promise<SignInVerdict> {
      if (isTooMany(holderOf(caller))) return { kind: 'too-many-attempts' }
      if (!isExtension(extension)) return { kind: 'wrong-code' }
      const at = clock()
      const given = hashOf(extension, code)
      const { value: verdict } = await store.audit.acting(
        {
          actor: actorOf(extension),
          act: 'sign-in.attempt',
          target: `person/${extension}`,
          sentence: `A sign-in code for ${extension} was tried.`,
          after: (result) => result,
        },
        () =>
          store.access.tryCode(
            { extension, since: at - codeLifetimeMs, at },
            mostTries,
            (kept) => kept.length === given.length && timingSafeEqual(kept, given),
          ),
      )
      // The PBX may have lost the extension while its code was on the way.
      if (verdict.kind !== 'right' || !pbx.snapshot().directory.extensions.has(extension))
        return { kind: 'wrong-code' }
      const { roles, groups } = grants.of(extension)
      const claims = {
        sid: randomUUID(),
        ext: extension,
        roles: ['agent', ...roles] as const,
        groups,
        src: 'standalone',
      } as const
      await store.audit.append({
        actor: actorOf(extension),
        act: 'sign-in.done',
        target: `person/${extension}`,
        sentence: `${extension} signed in by a code.`,
      })
      return { kind: 'signed-in', session: signed(claims, at, at + sessionLifetimeMs) }
    },

    /** Opens what the administrator's link is for, the first time; null ever after. */
    async byLink(link: string, caller: Caller): Promise<SignedIn | null> {
      const now = clock()
      const claims = readLink(deps.tokenKey, link, now)
      if (claims === null) return null
      const { sid, ext, roles, groups } = claims
      const extension = ext !== null && isExtension(ext) ? ext : null
      const endsAt = now + sessionLifetimeMs
      const record = sessions.newSession(sid, extension, roles, 'link', caller, now, endsAt)
      const { value: opened } = await store.audit.acting(
        {
          actor: { kind: 'person', id: extension ?? sid, name: extension ?? 'Administrator' },
          act: 'sign-in.link',
          target: extension === null ? 'administrator' : `person/${extension}`,
          sentence: `${extension ?? 'An administrator'} signed in by a link from the console.`,
        },
        () => store.access.openLinkSession(record),
      )
      if (!opened) return null
      const opens = { sid, ext, roles, ...(groups === undefined ? {} : { groups }), src: 'link' } as const
      return signed(opens, now, endsAt)
    },

    /** A new token for the same session; null for one that somebody else vouches for. */
    renew({ viewer, source, endsAt }: Extract<TokenVerdict, { kind: 'valid' }>): SignedIn | null {
      const now = clock()
      if (source === 'portal' || endsAt === null || endsAt <= now) return null
      if (viewer.extension !== null && !pbx.snapshot().directory.extensions.has(viewer.extension)) return null
      const { sessionId: sid, extension: ext, roles, groups } = viewer
      return signed(
        { sid, ext, roles, ...(groups === undefined ? {} : { groups }), src: source },
        now,
        endsAt,
      )
    },

    /** Codes under way have been sent, or not, when this resolves. */
    async settled(): Promise<void> {
      await Promise.all(underWay)
    },
  }
}

/** Whom limits are for: an address, and of IPv6 the network that one subscriber has. */
const holderOf = ({ address }: Caller): string =>
  address.includes(':') && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address

const seconds = (ms: Millis): number => Math.floor(ms / 1000)
