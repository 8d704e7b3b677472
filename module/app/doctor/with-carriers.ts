import type { Health } from '../sending/carrier-health.ts'
import type { Doctor } from './doctor.ts'
import { type Finding, fail, ok, reportOf, warn } from './finding.ts'

export interface NamedHealth {
  readonly name: string
  readonly health: Pick<Health, 'state' | 'sentence'>
}

/** What only the running sidecar knows, besides what the doctor sees by itself. */
export function withCarriers(doctor: Doctor, carriers: () => readonly NamedHealth[]): Doctor {
  return async () => reportOf([...(await doctor()).findings, judgeCarriers(carriers())])
}

function judgeCarriers(carriers: readonly NamedHealth[]): Finding {
  const of = (state: Health['state']) => carriers.filter(({ health }) => health.state === state)
  const told = (ill: readonly NamedHealth[]) =>
    ill.map(({ name, health }) => `${name}: ${health.sentence}`).join(' ')
  if (of('down').length > 0) return fail('carriers', told(of('down')))
  if (of('warn').length > 0) return warn('carriers', told(of('warn')))
  return ok('carriers', 'No carrier is known to be out of order.')
}
