import type { CarrierDescription, PresetName } from '../generic-schema.ts'
import { bulkvs } from './bulkvs.ts'
import { flowroute } from './flowroute.ts'
import { voipMs } from './voip-ms.ts'

export const presets: Readonly<Record<PresetName, CarrierDescription>> = {
  'voip-ms': voipMs,
  flowroute,
  bulkvs,
}
