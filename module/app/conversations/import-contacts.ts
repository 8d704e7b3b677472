import { CsvError, type CsvRow, createCsvReader, plainCell } from '../../domain/csv.ts'
import type { Clock } from '../ports/ambient.ts'
import type { AddressReader } from '../ports/carriers.ts'
import type { ContactDraft } from '../ports/contacts.ts'
import type { Store } from '../ports/store.ts'

export interface ImportContactsDeps {
  readonly store: Pick<Store, 'contacts'>
  readonly readAddress: AddressReader
  readonly clock: Clock
}

export interface ContactImport {
  readonly dryRun: boolean
  readonly rows: number
  readonly created: number
  readonly changed: number
  readonly unchanged: number
  readonly failed: number
  readonly errors: readonly { readonly line: number; readonly sentence: string }[]
}

export const contactColumns = ['address', 'name', 'note'] as const

const batchSize = 500
const mostErrorsTold = 100
export const mostImportedRows = 100_000
const longestName = 100
const longestNote = 1000
const longestAddress = 60

type Columns = Readonly<Record<(typeof contactColumns)[number], number>>

/**
 * Takes contacts in as their text arrives. A row that is wrong is told by its line and passed over, the others are
 * taken; a text that is no CSV ends there. A dry run says the same and changes nothing.
 */
export function createImportContacts({ store, readAddress, clock }: ImportContactsDeps) {
  return async (text: AsyncIterable<string>, dryRun: boolean): Promise<ContactImport> => {
    const counts = { rows: 0, created: 0, changed: 0, unchanged: 0, failed: 0 }
    const errors: { line: number; sentence: string }[] = []
    const reader = createCsvReader()
    let columns: Columns | null = null
    let batch: ContactDraft[] = []

    function wrong(line: number, sentence: string): void {
      counts.failed += 1
      if (errors.length < mostErrorsTold) errors.push({ line, sentence })
    }

    async function take(rows: readonly CsvRow[]): Promise<void> {
      for (const row of rows) {
        if (columns === null) {
          columns = columnsOf(row)
          continue
        }
        counts.rows += 1
        if (counts.rows > mostImportedRows)
          throw new CsvError(row.line, `There are more than ${mostImportedRows} rows. Import them in parts.`)
        const draft = draftOf(row, columns)
        if (typeof draft === 'string') wrong(row.line, draft)
        else batch.push(draft)
        if (batch.length >= batchSize) await flush()
      }
    }

    async function flush(): Promise<void> {
      const drafts = batch
      batch = []
      if (drafts.length === 0) return
      const result = dryRun ? foresee(drafts) : await store.contacts.saveContacts(drafts, clock())
      for (const change of ['created', 'changed', 'unchanged'] as const) counts[change] += result[change]
    }

    try {
      for await (const piece of text) await take(reader.push(piece))
      await take(reader.end())
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      wrong(error.line, error.message)
    }
    await flush()
    if (columns === null && errors.length === 0) wrong(1, 'There is nothing in it.')
    return { dryRun, ...counts, errors }
  }

  function draftOf({ cells }: CsvRow, columns: Columns): ContactDraft | string {
    const cell = (name: keyof Columns) => plainCell(cells[columns[name]] ?? '').trim()
    const [address, name, note] = [cell('address'), cell('name'), cell('note')]
    if (address === '') return 'The address is missing.'
    if (address.length > longestAddress || /\p{Cc}/u.test(address)) return 'This is no address.'
    if (name === '') return 'The name is missing.'
    if (name.length > longestName) return `The name has more than ${longestName} characters.`
    if (note.length > longestNote) return `The note has more than ${longestNote} characters.`
    return { address: readAddress(address), name, note: note === '' ? null : note }
  }

  function foresee(drafts: readonly ContactDraft[]): Record<'created' | 'changed' | 'unchanged', number> {
    const counts = { created: 0, changed: 0, unchanged: 0 }
    for (const { address, name, note } of drafts) {
      const known = store.contacts.contact(address)
      if (known === null) counts.created += 1
      else if (known.name === name && known.note === note) counts.unchanged += 1
      else counts.changed += 1
    }
    return counts
  }
}

function columnsOf({ cells, line }: CsvRow): Columns {
  const names = cells.map((cell) => cell.trim().toLowerCase())
  const place = (name: string) => names.indexOf(name)
  if (place('address') < 0 || place('name') < 0)
    throw new CsvError(line, 'The first line must name the columns: address, name and, if wanted, note.')
  return { address: place('address'), name: place('name'), note: place('note') }
}

export type ImportContacts = ReturnType<typeof createImportContacts>
