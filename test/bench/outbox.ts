import { setTimeout as sleep } from 'node:timers/promises'
import { fakeCarrier, never, outboxScene, takes } from '../app/outbox-scene.ts'
import type { Figure } from './figures.ts'

const perCarrier = 300
/** What a carrier's API takes to answer, so that its places are what is measured and not the machine. */
const answerMs = 25

/** Messages a second over four carriers that work, beside a fifth that works too, or hangs. */
export async function measureOutbox(): Promise<Figure[]> {
  const all = await rateBeside(answers)
  const beside = await rateBeside(never)
  return [
    { name: 'outbox_five_carriers', value: all, unit: 'messages/s' },
    {
      name: 'outbox_one_of_five_hanging',
      value: beside,
      unit: 'messages/s',
      ratio: { value: beside / all, of: 'outbox_five_carriers' },
    },
  ]
}

const answers: typeof takes = async (message) => {
  await sleep(answerMs)
  return takes(message)
}

async function rateBeside(fifth: Parameters<typeof fakeCarrier>[1]): Promise<number> {
  const undo: (() => unknown)[] = []
  const working = ['a', 'b', 'c', 'd'].map((id) => fakeCarrier(id, answers))
  const carriers = [...working, fakeCarrier('fifth', fifth)]
  const scene = outboxScene({ teardown: (done) => undo.unshift(done) }, carriers, { sendDeadlineMs: 2000 })
  try {
    for (let n = 0; n < perCarrier; n++)
      for (const { id } of carriers) await scene.write(await scene.conversation(id), 'Hello')
    const startedAt = performance.now()
    scene.start()
    await scene.until(() => working.every(({ sent }) => sent.length === perCarrier), 'all left')
    return (working.length * perCarrier) / ((performance.now() - startedAt) / 1000)
  } finally {
    for (const done of undo) await done()
  }
}
