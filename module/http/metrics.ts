import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Pbx } from '../app/ports/pbx.ts'
import type { CarrierHealth } from '../app/sending/carrier-health.ts'

/** What operators watch, in Prometheus' words. */
export function createMetrics(pbx: Pbx, carriers: Pick<CarrierHealth, 'all'> = { all: () => [] }) {
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
  new Gauge({
    name: 'parley_carrier_up',
    help: '1 while a carrier is known to work or nothing speaks against it, 0 while it is down',
    labelNames: ['carrier'],
    registers,
    collect() {
      for (const { carrierId, health } of carriers.all())
        this.set({ carrier: carrierId }, health.state === 'down' ? 0 : 1)
    },
  })
  new Counter({
    name: 'parley_carrier_sends_total',
    help: 'Attempts to hand messages to carriers, by what they said: taken, refused, not-processed, unknown',
    labelNames: ['carrier', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const { carrierId, outcomes } of carriers.all())
        for (const [outcome, count] of outcomes) this.inc({ carrier: carrierId, outcome }, count)
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
      help: 'Calls by carriers: taken, read in part, unreadable, refused (not verified), or late',
      labelNames: ['result'],
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
