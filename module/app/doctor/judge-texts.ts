import type { EndpointFacts, MessageQueueFact, PbxFacts } from './facts.ts'
import { type Finding, fail, ok, unknown, warn } from './finding.ts'

/** A clock so far off shows: times of messages and of calls no longer fit together. */
const clockWarnMs = 2_000
/** So far off, tokens that the PBX's portal signs are refused. */
const clockFailMs = 60_000

/** What in Asterisk stands in the way of texts, and of reading it right. */
export function judgePbx(pbx: PbxFacts): Finding[] {
  const { missingContexts, endpoints, messageQueue, unreadable, clockAheadMs } = pbx
  return [
    missingContexts.known
      ? judgeHook(missingContexts.value)
      : unknown('dialplan-hook', missingContexts.reason),
    endpoints.known ? judgeEndpoints(endpoints.value) : unknown('endpoint-contexts', endpoints.reason),
    messageQueue.known
      ? judgeMessageQueue(messageQueue.value)
      : unknown('message-queue', messageQueue.reason),
    unreadable.known ? judgeUnreadable(unreadable.value) : unknown('groups-readable', unreadable.reason),
    clockAheadMs.known ? judgeClock(clockAheadMs.value) : unknown('clock', clockAheadMs.reason),
  ]
}

function judgeHook(missing: readonly string[]): Finding {
  if (missing.length === 0) return ok('dialplan-hook', 'The dialplan has all of Parley’s contexts.')
  return fail(
    'dialplan-hook',
    `The dialplan has no ${listed(missing)}, so texts from SIP trunks are lost. In FreePBX press Apply Config. Elsewhere include Parley’s file in extensions.conf, then run: asterisk -rx "dialplan reload"`,
    '#include extensions_parley.conf',
  )
}

function judgeEndpoints({ count, exposed, inbound, unasked }: EndpointFacts): Finding {
  if (exposed.length > 0) {
    const [these, have] =
      exposed.length === 1 ? ['The endpoint', 'has'] : [`${exposed.length} endpoints`, 'have']
    return fail(
      'endpoint-contexts',
      `${these} ${listed(exposed)} ${have} no context for texts: a MESSAGE there runs through the dialplan for calls, and one that waits there blocks the texts of the whole PBX. In FreePBX press Apply Config. Elsewhere put the line into their sections of pjsip.conf (parley-inbound instead for a trunk that carries texts), then run: asterisk -rx "module reload res_pjsip.so"`,
      exposed.map((name) => `[${name}](+)\nmessage_context = parley-phone`).join('\n'),
    )
  }
  if (unasked.length > 0) {
    return unknown(
      'endpoint-contexts',
      `Parley asks for no endpoint with such a name: ${listed(unasked)}. See that it has a message_context in pjsip.conf.`,
    )
  }
  const ways =
    inbound === 0
      ? 'none hands them to Parley'
      : `${inbound} of them ${inbound === 1 ? 'hands' : 'hand'} them to Parley`
  return ok('endpoint-contexts', `All ${count} endpoints have a context for texts; ${ways}.`)
}

function judgeMessageQueue({ stuckIn, stuckMs }: MessageQueueFact): Finding {
  if (stuckIn === null) return ok('message-queue', 'SIP messages get through Asterisk.')
  return fail(
    'message-queue',
    `SIP messaging is blocked: kill and restart Asterisk. For ${Math.floor(stuckMs / 1000)} s or more a text has been in ${stuckIn}, all others wait behind it, and nothing less ends it.`,
    'kill -9 $(pidof asterisk); systemctl restart asterisk || fwconsole start',
  )
}

function judgeUnreadable(lines: readonly string[]): Finding {
  if (lines.length === 0) return ok('groups-readable', 'Every ring group and time condition could be read.')
  const more = lines.length > 3 ? ` And ${lines.length - 3} more.` : ''
  return warn('groups-readable', `${lines.slice(0, 3).join(' ')}${more}`)
}

function judgeClock(aheadMs: number): Finding {
  const offMs = Math.abs(aheadMs)
  if (offMs < clockWarnMs) return ok('clock', 'Asterisk’s clock and ours agree.')
  const sentence = `Asterisk’s clock is ${(offMs / 1000).toFixed(0)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ours. Let both machines keep time by NTP.`
  return (offMs < clockFailMs ? warn : fail)('clock', sentence, 'timedatectl set-ntp true')
}

/** Up to so many by name. */
const shown = 10

export const listed = (names: readonly string[]): string =>
  names.length > shown
    ? `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
    : names.join(', ')
