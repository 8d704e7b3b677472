import { parseArgs } from 'node:util'
import { type DoctorReport, type Finding, type FindingState, fail, reportOf } from '../app/doctor/finding.ts'
import { ConfigError, readConfig } from '../config.ts'
import { createInstallationDoctor } from '../doctor-wiring.ts'
import { createLog } from '../log.ts'

export const doctorUsage = `  parley doctor                    checks the PBX, the spool, the database and the rest, and says what to do
      --json                       as JSON; either way the exit code is 1 when something failed`

/** Prints what the doctor finds; gives the exit code. */
export async function doctor(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
  const report = await examine(env)
  process.stdout.write(values.json === true ? `${JSON.stringify(report, null, 2)}\n` : table(report))
  return report.healthy ? 0 : 1
}

/** A configuration that can't be read is a finding like any other, and the only one that can be made. */
async function examine(env: NodeJS.ProcessEnv): Promise<DoctorReport> {
  try {
    // What stands in a log is said by the findings.
    return await createInstallationDoctor(readConfig(env), createLog('silent'))()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return reportOf([fail('configuration', error.message)])
  }
}

const marks: Readonly<Record<FindingState, string>> = {
  ok: 'ok     ',
  warn: 'WARN   ',
  fail: 'FAIL   ',
  unknown: '?      ',
}

export function table({ findings, healthy }: DoctorReport): string {
  const width = Math.max(...findings.map(({ code }) => code.length))
  const lines = findings.map((finding) => row(finding, width))
  return `${lines.join('')}\n${summary(findings, healthy)}\n`
}

function row({ code, state, sentence, todo }: Finding, width: number): string {
  const head = `${marks[state]}${code.padEnd(width)}  `
  const paste =
    todo === null
      ? ''
      : todo
          .split('\n')
          .map((line) => `${' '.repeat(head.length + 2)}${line}\n`)
          .join('')
  return `${head}${sentence}\n${paste}`
}

function summary(findings: readonly Finding[], healthy: boolean): string {
  const count = (state: FindingState) => findings.filter((finding) => finding.state === state).length
  const [failed, warned, unseen] = [count('fail'), count('warn'), count('unknown')]
  if (failed + warned + unseen === 0) return 'All is well.'
  const parts = [`${failed} failed`, `${warned} to look at`, `${unseen} could not be looked at`]
  return `${healthy ? 'Parley can work' : 'Something must be done'}: ${parts.join(', ')}.`
}
