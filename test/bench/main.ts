import { measureAgentPanel } from './agent-panel.ts'
import { measureCarriers } from './carriers.ts'
import { type Figure, printFigures } from './figures.ts'
import { measureInboundLatency } from './inbound-latency.ts'
import { measureInboundThroughput } from './inbound-throughput.ts'
import { measureOutbox } from './outbox.ts'
import { measurePbx } from './pbx.ts'

/** By name; `npm run bench -- pbx` measures only those whose names begin so. */
const measures: readonly (readonly [name: string, measure: () => Promise<Figure[]>])[] = [
  ['inbound-throughput', measureInboundThroughput],
  ['inbound-latency', measureInboundLatency],
  ['outbox', measureOutbox],
  ['pbx', measurePbx],
  ['agent-panel', measureAgentPanel],
  ['carriers', measureCarriers],
]

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const chosen = measures.filter(
  ([name]) => wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix)),
)
if (chosen.length === 0) {
  process.stderr.write(
    `parley: nothing to measure is called so. Known: ${measures.map(([name]) => name).join(', ')}.\n`,
  )
  process.exitCode = 64
}
const figures: Figure[] = []
for (const [name, measure] of chosen) {
  try {
    figures.push(...(await measure()))
  } catch (error) {
    // The other figures are worth having all the same.
    process.stderr.write(
      `parley: ${name} could not be measured: ${error instanceof Error ? error.message : String(error)}\n`,
    )
    process.exitCode = 1
  }
}
if (figures.length > 0) printFigures(figures, process.argv.includes('--json'))
