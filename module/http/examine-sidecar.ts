import type { SidecarFacts } from '../app/doctor/facts.ts'

/** Where the sidecar says that it turns, and what it says. */
const path = '/health/live'

/** Asks the sidecar's own port whether the sidecar answers there. Never rejects for what it finds. */
export async function examineSidecar(
  { host, port }: { readonly host: string; readonly port: number },
  withinMs: number,
): Promise<SidecarFacts> {
  const at = `http://${reachableHost(host)}:${port}`
  try {
    const answer = await fetch(at + path, { redirect: 'manual', signal: AbortSignal.timeout(withinMs) })
    const isOurs = answer.status === 200 && (await answer.text()) === '{"status":"ok"}'
    return { at, answers: isOurs ? 'parley' : 'another' }
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (error instanceof Error && error.name === 'TimeoutError') return { at, answers: 'silence' }
    return { at, answers: code === 'ECONNREFUSED' ? 'nobody' : 'another' }
  }
}

/** An address that stands for all of the machine's is asked for at its own. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::' || host === '::1') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
