/** How long to wait before try `attempt` (from 0): doubling, capped, with jitter so that panels don't come back as one. */
export function backoffMs(attempt: number, draw: number, { firstMs = 500, mostMs = 30_000 } = {}): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 20))
  return Math.round(ceiling / 2 + (ceiling / 2) * draw)
}
