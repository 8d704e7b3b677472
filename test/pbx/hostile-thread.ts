// What a package may do to the thread that hosts it, by order.
import { parentPort } from 'node:worker_threads'
import { guardMemory } from '../../module/pbx/worker-memory.ts'

guardMemory()
const eaten: string[][] = []

parentPort?.on('message', (order: string) => {
  switch (order) {
    case 'print':
      console.log('loud words on stdout')
      console.error('loud words on stderr')
      parentPort?.postMessage('printed')
      return
    case 'crash':
      throw new Error('something broke')
    case 'crash without a word':
      throw new Error('')
    case 'crash by a rejection':
      void Promise.reject(new Error('nobody caught it'))
      return
    case 'exit':
      process.exit(0)
      return
    case 'hang':
      parentPort?.postMessage('hanging')
      for (;;);
    case 'eat':
      setInterval(
        () => eaten.push(Array.from({ length: 200_000 }, (_, index) => `${index} ${Math.random()}`)),
        1,
      )
      return
    default:
      parentPort?.postMessage(order)
  }
})
