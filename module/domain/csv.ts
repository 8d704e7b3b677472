/** One record, and the line it began on, counted from 1. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

export interface CsvReader {
  /** The records that ended in this piece of text. Throws `CsvError`. */
  push(text: string): readonly CsvRow[]
  /** The last record, where the text does not end with a line break. Throws `CsvError`. */
  end(): readonly CsvRow[]
}

/** Not RFC 4180, at this line. */
export class CsvError extends Error {
  readonly line: number

  constructor(line: number, sentence: string) {
    super(sentence)
    this.line = line
  }
}

const longestCell = 10_000
const mostCells = 100

/**
 * Reads RFC 4180 as it comes in pieces: quoted cells with commas, line breaks and doubled quotes; LF as well as
 * CRLF; a byte order mark. Empty lines are passed over.
 */
export function createCsvReader(): CsvReader {
  type State = 'cell-start' | 'bare' | 'quoted' | 'quote-in-quoted' | 'after-cr'
  let state: State = 'cell-start'
  let cells: string[] = []
  let cell = ''
  let line = 1
  let rowLine = 1
  let first = true

  function endCell(): void {
    if (cells.length >= mostCells) throw new CsvError(line, `There are more than ${mostCells} columns.`)
    cells.push(cell)
    cell = ''
    state = 'cell-start'
  }

  function add(character: string): void {
    if (cell.length >= longestCell) throw new CsvError(rowLine, 'A cell is too long. Is a quote not closed?')
    cell += character
  }

  function endRow(rows: CsvRow[]): void {
    endCell()
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: rowLine, cells })
    cells = []
    rowLine = line
  }

  function take(character: string, rows: CsvRow[]): void {
    if (state === 'after-cr') {
      if (character !== '\n') throw new CsvError(line, 'A carriage return stands without its line feed.')
      line += 1
      endRow(rows)
    } else if (state === 'quoted') {
      if (character === '"') state = 'quote-in-quoted'
      else add(character)
      if (character === '\n') line += 1
    } else if (character === '"') {
      if (state === 'bare') throw new CsvError(line, 'A quote stands in the middle of a cell without quotes.')
      if (state === 'quote-in-quoted') add('"')
      state = 'quoted'
    } else if (character === ',') {
      endCell()
    } else if (character === '\r') {
      state = 'after-cr'
    } else if (character === '\n') {
      line += 1
      endRow(rows)
    } else {
      if (state === 'quote-in-quoted')
        throw new CsvError(line, 'After a closing quote comes a comma or the end of the line.')
      state = 'bare'
      add(character)
    }
  }

  return {
    push(text) {
      const rows: CsvRow[] = []
      for (const character of first ? text.replace(/^\uFEFF/, '') : text) take(character, rows)
      if (text !== '') first = false
      return rows
    },
    end() {
      if (state === 'quoted') throw new CsvError(rowLine, 'A quote is not closed.')
      const rows: CsvRow[] = []
      if (state !== 'cell-start' || cells.length > 0) endRow(rows)
      return rows
    },
  }
}

/** What a spreadsheet would take for a formula. The apostrophe before it is ours, and taken off again when read. */
const formula = /^'*[=+\-@\t\r]/
const disarmed = /^'+[=+\-@\t\r]/

/** A record's line. No spreadsheet computes what a customer or agent wrote. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`

function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A cell as it was before `csvLine` wrote it. */
export const plainCell = (cell: string): string => (disarmed.test(cell) ? cell.slice(1) : cell)
