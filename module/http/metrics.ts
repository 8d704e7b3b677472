import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Pbx } from '../app/ports/pbx.ts'

/** What operators watch, in Prometheus' words. */
export function createMetrics(pbx: Pbx) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'parley_' })
  new Gauge({
    name: 'parley_pbx_link_up',
    help: '1 while the link to the PBX is up',
    labelNames: ['link'],
    registers,
    collect() {
      const { ami, ari } = pbx.health()
      this.set({ link: 'ami' }, ami.kind === 'up' ? 1 : 0)
      this.set({ link: 'ari' }, ari.kind === 'up' ? 1 : 0)
    },
  })
  return {
    registry,
    inbound: new Counter({
      name: 'parley_inbound_messages_total',
      help: 'Messages taken in, by what became of them',
      labelNames: ['result'],
      registers,
    }),
    webhooks: new Counter({
      name: 'parley_webhook_calls_total',
      help: 'Calls by carriers: taken, refused (not verified) or unreadable',
      labelNames: ['result'],
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
