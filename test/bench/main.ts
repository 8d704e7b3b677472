import { type Figure, printFigures } from './figures.ts'
import { measureInboundLatency } from './inbound-latency.ts'
import { measureInboundThroughput } from './inbound-throughput.ts'

const figures: Figure[] = []
for (const measure of [measureInboundThroughput, measureInboundLatency]) figures.push(...(await measure()))
printFigures(figures, process.argv.includes('--json'))
