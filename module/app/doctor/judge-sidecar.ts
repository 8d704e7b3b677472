import type { SidecarFacts } from './facts.ts'
import { type Finding, fail, ok } from './finding.ts'

export function judgeSidecar({ at, answers }: SidecarFacts): Finding {
  switch (answers) {
    case 'parley':
      return ok('sidecar', `Parley answers at ${at}.`)
    case 'nobody':
      return fail(
        'sidecar',
        `Parley does not run: nobody answers at ${at}. Start it; if it ends again, its log says why.`,
      )
    case 'silence':
      return fail(
        'sidecar',
        `Parley hangs: ${at} takes connections and does not answer in time. Restart it, and keep its log.`,
      )
    case 'another':
      return fail(
        'sidecar',
        `Something else than Parley answers at ${at}. Give Parley another port: http.port, or PARLEY_HTTP_PORT.`,
      )
    default:
      return answers satisfies never
  }
}
