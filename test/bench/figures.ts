/** One measured figure; `ratio` is to a baseline of the same run, since machines differ and drift. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly ratio?: { readonly value: number; readonly of: string }
}

export function printFigures(figures: readonly Figure[], asJson: boolean): void {
  if (asJson) {
    process.stdout.write(`${JSON.stringify(figures)}\n`)
    return
  }
  for (const { name, value, unit, ratio } of figures) {
    const compared = ratio === undefined ? '' : ` ratio ${ratio.value.toFixed(2)} of ${ratio.of}`
    process.stdout.write(`${name} ${rounded(value)} ${unit}${compared}\n`)
  }
}

const rounded = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2))

/** The value below which `share` of the sample lies. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export const median = (sample: readonly number[]): number => quantile(sample, 0.5)
