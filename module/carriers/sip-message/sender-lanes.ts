/** Work in the order it came for each sender, and for many senders at a time. */
export interface SenderLanes {
  /** How many tasks a sender has, the one under way included. */
  count(sender: string): number
  /** Resolves when there is room at all, or once closed. */
  room(): Promise<void>
  add(sender: string, task: LaneTask): void
  /** Starts nothing more; resolves when what is under way has ended. */
  close(): Promise<void>
}

export interface LaneTask {
  /** False when it failed: what waits behind it is then dropped, since it must not overtake. Never rejects. */
  run(): Promise<boolean>
  /** It was dropped without having run. */
  dropped(): void
}

export interface SenderLanesOptions {
  /** Tasks under way at once, each of another sender. */
  readonly concurrency: number
  /** Tasks under way or waiting. */
  readonly capacity: number
}

export function createSenderLanes({ concurrency, capacity }: SenderLanesOptions): SenderLanes {
  /** A sender's tasks, the one under way first. */
  const lanes = new Map<string, LaneTask[]>()
  /** Senders whose first task has not begun. */
  const ready: string[] = []
  const underWay = new Set<Promise<void>>()
  let held = 0
  let closed = false
  let wakeRoom: (() => void) | null = null

  function start(): void {
    while (!closed && underWay.size < concurrency) {
      const sender = ready.shift()
      if (sender === undefined) return
      const running = runFirst(sender).finally(() => {
        underWay.delete(running)
        start()
      })
      underWay.add(running)
    }
  }

  async function runFirst(sender: string): Promise<void> {
    const lane = lanes.get(sender)
    const [first] = lane ?? []
    if (lane === undefined || first === undefined) return
    const succeeded = await first.run()
    lane.shift()
    release(1)
    if (!succeeded || closed) drop(lane)
    if (lane.length === 0) lanes.delete(sender)
    else ready.push(sender)
  }

  function drop(lane: LaneTask[]): void {
    for (const task of lane) task.dropped()
    release(lane.length)
    lane.length = 0
  }

  function release(count: number): void {
    held -= count
    if (held < capacity) wakeRoom?.()
  }

  return {
    count: (sender) => lanes.get(sender)?.length ?? 0,

    async room() {
      while (!closed && held >= capacity) {
        await new Promise<void>((resolve) => {
          wakeRoom = resolve
        })
      }
    },

    add(sender, task) {
      held += 1
      const lane = lanes.get(sender)
      if (lane !== undefined) {
        lane.push(task)
        return
      }
      lanes.set(sender, [task])
      ready.push(sender)
      start()
    },

    async close() {
      closed = true
      wakeRoom?.()
      await Promise.all(underWay)
    },
  }
}
