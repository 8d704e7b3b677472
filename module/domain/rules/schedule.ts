/** What of the PBX opens and closes: a time condition, or a call flow control that people switch by hand. */
export type ScheduleKind = 'time-condition' | 'call-flow'

export interface Schedule {
  readonly kind: ScheduleKind
  /** Its number at the PBX. */
  readonly id: string
  /** Null until somebody gives it one: the PBX keeps none where Parley can read it. */
  readonly name: string | null
  /** Whether calls take its open (matching, day) way right now. */
  readonly open: boolean | 'unknown'
}

/** `time-condition/1`, since both kinds count from the same numbers. */
export type ScheduleKey = `${ScheduleKind}/${string}`

export const scheduleKey = ({ kind, id }: Pick<Schedule, 'kind' | 'id'>): ScheduleKey => `${kind}/${id}`
