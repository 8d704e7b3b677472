/** Something looked at, or why it could not be. */
export type Fact<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly reason: string }

export const known = <T>(value: T): Fact<T> => ({ known: true, value })
export const notKnown = (reason: string): { known: false; reason: string } => ({ known: false, reason })

/** Never rejects and never takes longer: a doctor who hangs is no help. What comes too late is dropped. */
export async function fact<T>(work: Promise<T>, withinMs: number): Promise<Fact<T>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Fact<T>>((resolve) => {
    timer = setTimeout(() => resolve(notKnown(`That took more than ${withinMs / 1000} s.`)), withinMs)
  })
  try {
    return await Promise.race([work.then(known), late])
  } catch (error) {
    return notKnown(error instanceof Error ? error.message : String(error))
  } finally {
    clearTimeout(timer)
  }
}
