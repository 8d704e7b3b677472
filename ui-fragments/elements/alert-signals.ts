/** How a person learns that something is for him: a short sound and a notification of the browser. */
export class AlertSignals {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>
  #audio: AudioContext | null = null
  #lastSoundAt = 0

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage
  }

  get on(): boolean {
    return this.#storage.getItem(storageKey) !== 'off'
  }

  setOn(on: boolean): void {
    this.#storage.setItem(storageKey, on ? 'on' : 'off')
  }

  /** Browsers play nothing before the person has touched the page: to be called when he does. */
  unlock(): void {
    this.#audio ??= new AudioContext()
    if (this.#audio.state === 'suspended') void this.#audio.resume()
  }

  /** Whether the browser would ask: only on https pages, and only once. */
  get canAskForNotifications(): boolean {
    return 'Notification' in globalThis && Notification.permission === 'default'
  }

  async askForNotifications(): Promise<void> {
    if (this.canAskForNotifications) await Notification.requestPermission()
  }

  notify(
    words: { readonly title: string; readonly body: string; readonly tag: string },
    onClick: () => void,
  ): void {
    if (!this.on) return
    if (!('Notification' in globalThis) || Notification.permission !== 'granted') return
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

  /** Two soft notes; a burst of messages makes them once. */
  sound(): void {
    const audio = this.#audio
    if (!this.on || audio === null || audio.state !== 'running' || Date.now() - this.#lastSoundAt < quietMs)
      return
    this.#lastSoundAt = Date.now()
    for (const [hertz, after] of [
      [660, 0],
      [880, 0.14],
    ] as const) {
      const tone = new OscillatorNode(audio, { frequency: hertz, type: 'sine' })
      const volume = new GainNode(audio, { gain: 0 })
      const start = audio.currentTime + after
      volume.gain.setValueAtTime(0.0001, start)
      volume.gain.exponentialRampToValueAtTime(0.16, start + 0.02)
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.32)
      tone.connect(volume).connect(audio.destination)
      tone.start(start)
      tone.stop(start + 0.34)
    }
  }
}

const storageKey = 'parley.alerts'
const quietMs = 1500
