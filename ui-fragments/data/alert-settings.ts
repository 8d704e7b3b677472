/** How loud and by what a person wants to be told. Kept by his browser, for all its tabs. */
export interface AlertSettings {
  readonly sound: AlertSound
  /** 0 to 1 */
  readonly volume: number
  readonly notifications: boolean
}

export const alertSounds = ['chime', 'drop', 'bell', 'off'] as const
export type AlertSound = (typeof alertSounds)[number]

const storageKey = 'parley.alerts'
const usual: AlertSettings = { sound: 'chime', volume: 0.6, notifications: true }

export function readAlertSettings(storage: Pick<Storage, 'getItem'>): AlertSettings {
  const kept = storage.getItem(storageKey)
  // What an earlier version kept was one switch.
  if (kept === 'off') return { ...usual, sound: 'off', notifications: false }
  if (kept === null || kept === 'on') return usual
  try {
    const { sound, volume, notifications } = JSON.parse(kept) as Partial<Record<keyof AlertSettings, unknown>>
    return {
      sound: alertSounds.find((one) => one === sound) ?? usual.sound,
      volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : usual.volume,
      notifications: notifications !== false,
    }
  } catch (error) {
    if (error instanceof SyntaxError) return usual
    throw error
  }
}

export const keepAlertSettings = (storage: Pick<Storage, 'setItem'>, settings: AlertSettings): void =>
  storage.setItem(storageKey, JSON.stringify(settings))
