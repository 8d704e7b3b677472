import fc from 'fast-check'
import t from 'tap'
import { CsvError, createCsvReader, csvLine, plainCell } from '../../module/domain/csv.ts'

function read(text: string, pieceLength = text.length): readonly (readonly string[])[] {
  const reader = createCsvReader()
  const rows = []
  for (let at = 0; at < text.length; at += Math.max(1, pieceLength))
    rows.push(...reader.push(text.slice(at, at + Math.max(1, pieceLength))))
  return [...rows, ...reader.end()].map(({ cells }) => cells)
}

t.test('CSV is read as RFC 4180 has it', async (t) => {
  t.same(read('a,b\r\n"c ""d"", e","f\r\ng"\r\n'), [
    ['a', 'b'],
    ['c "d", e', 'f\r\ng'],
  ])
  t.same(read('\uFEFFa\n\n,\n""'), [['a'], ['', '']], 'a mark, bare line feeds, empty lines')
  const lines = createCsvReader()
  t.same(
    lines.push('a\n"b\nc"\nd\n').map(({ line }) => line),
    [1, 2, 4],
    'a record’s line is the one it begins on',
  )
  for (const [wrong, line] of [
    ['a"b', 1],
    ['a\n"b" c', 2],
    ['a\rb', 1],
    ['a\n\n"b', 3],
    [`${','.repeat(200)}`, 1],
    [`"${'x'.repeat(20_000)}`, 1],
  ] as const)
    t.match(
      catching(() => read(wrong)),
      { line },
      wrong.slice(0, 20),
    )
})

t.test('what is written is read back, in whatever pieces, and is never a formula', async (t) => {
  const text = fc.string({ maxLength: 20, unit: fc.constantFrom(...'ab=+-@\t\r\n",\'é') })
  const row = fc.array(text, { minLength: 2, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (rows, pieceLength) => {
      const written = rows.map(csvLine).join('')
      const cells = read(written, pieceLength)
      t.notOk(cells.flat().some((cell) => /^[=+\-@\t\r]/.test(cell)))
      t.same(
        cells.map((each) => each.map(plainCell)),
        rows,
      )
    }),
    { numRuns: 200 },
  )
})

function catching(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    if (error instanceof CsvError) return error
    throw error
  }
}
