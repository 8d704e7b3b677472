/** Holds back what would be taken back in an instant. */
interface Settling {
  /** Passes a state on, at once or, where a phone only seems to go, once it has stayed away. */
  take(device: string, state: string, before: string | undefined): void
  forget(): void
}

/**
 * A phone that registers anew is UNAVAILABLE for an instant, without having been away: such a state counts only
 * when it lasts.
 */
export function createSettling(settleMs: number, enter: (device: string, state: string) => void): Settling {
  const leaving = new Map<string, NodeJS.Timeout>()
  function stop(device: string): void {
    clearTimeout(leaving.get(device))
    leaving.delete(device)
  }
  return {
    take(device, state, before) {
      stop(device)
      if (state === before) return
      if (state !== 'UNAVAILABLE' || device.startsWith('Custom:')) enter(device, state)
      else {
        const leave = () => {
          leaving.delete(device)
          enter(device, state)
        }
        leaving.set(device, setTimeout(leave, settleMs))
      }
    },
    forget() {
      for (const timer of leaving.values()) clearTimeout(timer)
      leaving.clear()
    },
  }
}
