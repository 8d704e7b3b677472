import type { AgentWire } from '../../module/contract/api/parts.ts'
import type { ProblemWire } from '../../module/contract/api/problem.ts'
import { refusalWords } from './refusal-words.ts'
import { words } from './words/words.ts'

/** What the server said no with, or why it could not be asked. `sentence` is fit to show as it is. */
export class ApiError extends Error {
  /** Stable: the server's own code, or `offline`, `timeout`, `unreadable-answer`. */
  readonly code: string
  /** 0 when no answer came. */
  readonly status: number
  /** The version that stands now, with `stale-version`. */
  readonly current: number | null
  readonly designated: AgentWire | null
  /** Who was quicker, with `answered-meanwhile` and `stale-version`. */
  readonly changedBy: string | null
  /** All that the server said; null when it was not asked, or did not answer as itself. */
  readonly problem: ProblemWire | null
  /** From Retry-After; null where the server did not say. */
  readonly retryAfterMs: number | null

  constructor(facts: {
    code: string
    status: number
    sentence: string
    current?: number | null
    designated?: AgentWire | null
    changedBy?: string | null
    retryAfterMs?: number | null
    problem?: ProblemWire | null
  }) {
    super(facts.sentence)
    this.name = 'ApiError'
    this.code = facts.code
    this.status = facts.status
    this.current = facts.current ?? null
    this.designated = facts.designated ?? null
    this.changedBy = facts.changedBy ?? null
    this.problem = facts.problem ?? null
    this.retryAfterMs = facts.retryAfterMs ?? null
  }

  get sentence(): string {
    return this.message
  }

  /** Whether the same request may succeed later; with an idempotency key it is also safe to repeat. */
  get transient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }

  /** The token is missing, wrong or too old: only a fresh link helps. */
  get unauthorised(): boolean {
    return this.status === 401
  }
}

export const offlineError = (): ApiError =>
  new ApiError({
    code: 'offline',
    status: 0,
    sentence: words().cantReach,
  })

export const timeoutError = (): ApiError =>
  new ApiError({ code: 'timeout', status: 0, sentence: words().tooSlow })

export async function errorOfAnswer(answer: Response): Promise<ApiError> {
  const problem = await readProblem(answer)
  if (problem === null) {
    return new ApiError({
      code: 'unreadable-answer',
      status: answer.status,
      sentence: words().strangeAnswer(answer.status),
      retryAfterMs: retryAfterMs(answer),
    })
  }
  return new ApiError({
    code: problem.code,
    status: answer.status,
    sentence: refusalWords(problem),
    current: problem.current ?? null,
    designated: problem.designated ?? null,
    changedBy: problem.changedBy ?? null,
    problem,
    retryAfterMs: retryAfterMs(answer),
  })
}

/** The failure behind whatever was thrown. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') return timeoutError()
  return offlineError()
}

async function readProblem(answer: Response): Promise<ProblemWire | null> {
  try {
    const body: unknown = await answer.json()
    return isProblem(body) ? body : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function isProblem(body: unknown): body is ProblemWire {
  if (typeof body !== 'object' || body === null) return false
  const { code, detail } = body as Record<string, unknown>
  return typeof code === 'string' && typeof detail === 'string'
}

function retryAfterMs(answer: Response): number | null {
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null
}
