import {
  type AlertSettings,
  type AlertSound,
  keepAlertSettings,
  readAlertSettings,
} from '../data/alert-settings.ts'

/** What the browser allows: `missing` where the page has no https, or the browser no notifications. */
export type NotificationLeave = 'granted' | 'denied' | 'default' | 'missing'

/** How a person learns that something is for him: a short sound and a notification of the browser. */
export class AlertSignals {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>
  #audio: AudioContext | null = null
  #lastSoundAt = Number.NEGATIVE_INFINITY

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage
  }

  /** Read anew each time: another tab may have changed them. */
  get settings(): AlertSettings {
    return readAlertSettings(this.#storage)
  }

  keep(settings: AlertSettings): void {
    keepAlertSettings(this.#storage, settings)
  }

  /** Browsers play nothing before the person has touched the page: to be called when he does. */
  unlock(): void {
    this.#audio ??= new AudioContext()
    if (this.#audio.state === 'suspended') void this.#audio.resume()
  }

  get canBeHeard(): boolean {
    return this.#audio?.state === 'running'
  }

  get leave(): NotificationLeave {
    if (!('Notification' in globalThis) || !isSecureContext) return 'missing'
    return Notification.permission
  }

  async askForNotifications(): Promise<void> {
    if (this.leave === 'default') await Notification.requestPermission()
  }

  notify(
    words: { readonly title: string; readonly body: string; readonly tag: string },
    onClick: () => void,
  ): void {
    if (!this.settings.notifications || this.leave !== 'granted') return
    const notification = new Notification(words.title, { body: words.body, tag: words.tag, silent: true })
    notification.onclick = () => {
      globalThis.focus()
      onClick()
      notification.close()
    }
  }

  close(): void {
    if (this.#audio !== null) void this.#audio.close()
    this.#audio = null
  }

  /** A burst of messages makes one. */
  sound(): void {
    const { sound, volume } = this.settings
    if (Date.now() - this.#lastSoundAt < quietMs) return
    this.#lastSoundAt = Date.now()
    this.play(sound, volume)
  }

  play(sound: AlertSound, volume: number): void {
    const audio = this.#audio
    if (audio === null || audio.state !== 'running' || sound === 'off' || volume === 0) return
    for (const note of melodies[sound]) {
      const tone = new OscillatorNode(audio, { frequency: note.hertz, type: note.shape })
      const gain = new GainNode(audio, { gain: 0 })
      const start = audio.currentTime + note.after
      const loudest = Math.max(0.0002, note.loud * volume)
      gain.gain.setValueAtTime(0.0001, start)
      gain.gain.exponentialRampToValueAtTime(loudest, start + 0.02)
      gain.gain.exponentialRampToValueAtTime(0.0001, start + note.lasts)
      if (note.glidesTo !== undefined) {
        tone.frequency.setValueAtTime(note.hertz, start)
        tone.frequency.exponentialRampToValueAtTime(note.glidesTo, start + note.lasts)
      }
      tone.connect(gain).connect(audio.destination)
      tone.start(start)
      tone.stop(start + note.lasts + 0.02)
    }
  }
}

interface Note {
  readonly hertz: number
  readonly glidesTo?: number
  /** Seconds. */
  readonly after: number
  readonly lasts: number
  readonly loud: number
  readonly shape: OscillatorType
}

/** Two notes each, made here: no file to load. */
const melodies: Readonly<Record<Exclude<AlertSound, 'off'>, readonly Note[]>> = {
  chime: [
    { hertz: 660, after: 0, lasts: 0.32, loud: 0.28, shape: 'sine' },
    { hertz: 880, after: 0.14, lasts: 0.32, loud: 0.28, shape: 'sine' },
  ],
  drop: [
    { hertz: 900, glidesTo: 380, after: 0, lasts: 0.12, loud: 0.34, shape: 'sine' },
    { hertz: 620, glidesTo: 300, after: 0.13, lasts: 0.14, loud: 0.26, shape: 'sine' },
  ],
  bell: [
    { hertz: 1046, after: 0, lasts: 0.9, loud: 0.2, shape: 'triangle' },
    { hertz: 1568, after: 0, lasts: 0.6, loud: 0.1, shape: 'sine' },
  ],
}

const quietMs = 1500
