import type { Extension } from '../../domain/ids.ts'
import { isPlainName } from '../ami-request.ts'

/**
 * The devices that a hint names: FreePBX writes `PJSIP/101&PJSIP/99101&Custom:DND101,CustomPresence:101`, the
 * presence provider behind the first comma. Custom states are no phones.
 */
export function devicesOfHint(hint: string): string[] {
  const [devices = ''] = hint.split(',', 1)
  return devices
    .split('&')
    .filter((device) => /^[A-Za-z0-9_]+\/.+$/.test(device) && !device.startsWith('Local/'))
}

/** FreePBX keeps do-not-disturb as the state of this device: BUSY is on, anything else off. */
export const dndDevice = (extension: Extension): string => `Custom:DND${extension}`

/** The PJSIP endpoint behind a device, `101` of `PJSIP/101`; null for other devices and names never asked for. */
export function endpointOf(device: string): string | null {
  const endpoint = /^PJSIP\/(.+)$/.exec(device)?.[1]
  return endpoint !== undefined && isPlainName(endpoint) ? endpoint : null
}
