import { lookup as lookUpName } from 'node:dns/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** Asks DNS for all addresses of a name. */
export type Resolver = (hostname: string) => Promise<readonly ResolvedAddress[]>

export const systemResolver: Resolver = (hostname) => lookUpName(hostname, { all: true, verbatim: true })

export interface RequestGuard {
  readonly resolve: Resolver
  /**
   * Origins (`http://127.0.0.1:8080`) that may be fetched from although they are neither https nor public: a lab's or
   * a test's own. Nothing in a configuration file can add one.
   */
  readonly trustedOrigins: readonly string[]
}

/** The address was not asked, or not believed. `final` where asking again would be refused again. */
export class RequestRefused extends Error {}

export interface GuardedCall {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/**
 * One GET on a connection of its own, to an address that was looked up once, checked, and is connected to exactly:
 * between the check and the connection DNS can't change its mind. Redirects are given back, not followed. The body is
 * as sent: nothing is unpacked.
 * @throws RequestRefused for what must not be asked; any other error is the network's.
 */
export async function guardedGet(call: GuardedCall, guard: RequestGuard): Promise<IncomingMessage> {
  const { url, headers, signal } = call
  const trusted = guard.trustedOrigins.includes(url.origin)
  if (url.username !== '' || url.password !== '') throw new RequestRefused('the URL has a user name in it')
  if (url.protocol !== 'https:' && !(trusted && url.protocol === 'http:'))
    throw new RequestRefused(`${url.protocol.slice(0, -1)} is not https`)
  const addresses = await addressesOf(url.hostname, guard.resolve, signal)
  if (!trusted) {
    const inside = addresses.find(({ address }) => !isPublicAddress(address))
    if (inside !== undefined)
      throw new RequestRefused(`${url.hostname} is ${inside.address}, which is not public`)
  }
  return send(url, { ...headers, 'accept-encoding': 'identity' }, addresses, signal)
}

async function addressesOf(
  hostname: string,
  resolve: Resolver,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[]> {
  const literal = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(literal)
  if (family !== 0) return [{ address: literal, family }]
  const addresses = await untilAborted(resolve(hostname), signal)
  if (addresses.length === 0) throw new Error(`${hostname} has no address`)
  return addresses
}

/** DNS itself can't be told to stop. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  addresses: readonly ResolvedAddress[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const pinned: LookupFunction = (_hostname, options, done) => {
    const [first] = addresses
    if (options.all === true) done(null, [...addresses])
    else done(null, first?.address ?? '', first?.family ?? 0)
  }
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'GET',
      agent: false,
      lookup: pinned,
      headers,
      signal,
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const peer = response.socket.remoteAddress
      if (peer === undefined) return reject(new Error('the connection ended before it could be looked at'))
      // Whatever Node does with a lookup one day: what answered must be what was checked.
      if (!addresses.some(({ address }) => sameAddress(address, peer))) {
        response.destroy()
        return reject(new RequestRefused(`${url.hostname} was answered by ${peer}, which nobody asked`))
      }
      resolve(response)
    })
    request.end()
  })
}

function sameAddress(asked: string, answered: string): boolean {
  return new URL(asUrl(asked)).hostname === new URL(asUrl(answered.replace(/^::ffff:(?=\d+\.)/, ''))).hostname
}

/** One writing for each address: `::1` and `0:0:0:0:0:0:0:1` are one. */
const asUrl = (address: string): string => (isIP(address) === 6 ? `http://[${address}]` : `http://${address}`)
