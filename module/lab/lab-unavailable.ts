/** The demo PBX can't be brought up on this machine. The message is a sentence that says what to do instead. */
export class LabUnavailable extends Error {
  readonly code = 'LAB_UNAVAILABLE'

  /** @param reason A sentence that says what is missing. */
  constructor(reason: string, options?: ErrorOptions) {
    super(
      `${reason} Parley can use a PBX of your own instead: set PARLEY_CONFIG to a config file (see README).`,
      options,
    )
    this.name = 'LabUnavailable'
  }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
