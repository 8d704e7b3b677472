import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { writeCursor } from '../../app/conversations/cursor.ts'
import { contactColumns, createImportContacts } from '../../app/conversations/import-contacts.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import type { AddressReader } from '../../app/ports/carriers.ts'
import type { Contact } from '../../app/ports/contacts.ts'
import type { Store } from '../../app/ports/store.ts'
import {
  ContactBodySchema,
  ContactImportSchema,
  ContactListSchema,
  ContactSchema,
  type ContactWire,
} from '../../contract/api/contacts.ts'
import { csvLine } from '../../domain/csv.ts'
import { type Address, addressKey, addressOfKey } from '../../domain/message/address.ts'
import { declareAccess } from '../access/declared-access.ts'
import { readPageCursor } from '../wire/page-cursor.ts'
import { problem, sendProblem } from '../wire/problem.ts'
import { time } from '../wire/wire.ts'

export interface ContactRoutesDeps {
  readonly store: Store
  readonly readAddress: AddressReader
  readonly clock: Clock
}

const pageSize = 100
const exportPageSize = 500
/** A hundred thousand rows of ordinary length. */
const importLimitBytes = 16 * 1024 * 1024
const Params = Type.Object({ address: Type.String({ minLength: 1, maxLength: 60 }) })

/** Names for customers. */
export const contactRoutes: FastifyPluginAsyncTypebox<ContactRoutesDeps> = async (app, deps) => {
  const { store, clock } = deps
  const importContacts = createImportContacts(deps)
  declareAccess(app, 'contacts')
  // As a stream: a large file is never whole in memory.
  app.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))

  const addressOf = (text: string): Address =>
    /^(whatsapp-user|name|short-code):./.test(text) ? addressOfKey(text) : deps.readAddress(text.trim())

  app.get(
    '/contacts',
    {
      schema: {
        summary: 'Contacts, the last added first',
        querystring: Type.Object({
          before: Type.Optional(Type.String({ maxLength: 200 })),
          search: Type.Optional(
            Type.String({ maxLength: 100, description: 'A part of the name or the number' }),
          ),
        }),
        response: { 200: ContactListSchema },
      },
    },
    async (request) => {
      const { before, search } = request.query
      const page = store.contacts.contacts(readPageCursor(store.epoch, before), pageSize, search)
      return {
        items: page.items.map(contactWire),
        next: page.next === null ? null : writeCursor(store.epoch, page.next),
      }
    },
  )

  app.get(
    '/contacts/:address',
    { schema: { summary: 'One contact', params: Params, response: { 200: ContactSchema } } },
    async (request, reply) => {
      const contact = store.contacts.contact(addressOf(request.params.address))
      return contact === null ? sendProblem(reply, noSuchContact) : contactWire(contact)
    },
  )

  app.put(
    '/contacts/:address',
    {
      schema: {
        summary: 'Name a customer; with a version, only if nobody else did meanwhile',
        params: Params,
        body: ContactBodySchema,
        response: { 200: ContactSchema },
      },
      config: {
        audit: (request) => {
          const { address } = request.params as { address: string }
          const before = store.contacts.contact(addressOf(address))
          return {
            act: 'contact.save',
            target: `customer/${address}`,
            sentence: `${before === null ? 'Added' : 'Changed'} the contact ${address}.`,
            before: () => digestible(before),
            after: (result) => digestible((result as { contact?: Contact }).contact ?? null),
          }
        },
      },
    },
    async (request, reply) => {
      const { name, note, version } = request.body
      const receipt = await store.contacts.saveContact(
        { address: addressOf(request.params.address), name: name.trim(), note: note ?? null },
        clock(),
        version,
      )
      if (receipt.kind === 'saved') return contactWire(receipt.contact)
      return sendProblem(reply, {
        ...problem(
          409,
          'stale-contact',
          'Not saved',
          'Somebody else changed this contact meanwhile. Look again and repeat what you still want.',
        ),
        ...(receipt.current === null ? {} : { current: receipt.current.version }),
      })
    },
  )

  app.delete(
    '/contacts/:address',
    {
      schema: {
        summary: 'Forget a contact; the customer is called what his carrier calls him again',
        params: Params,
        response: { 204: Type.Null() },
      },
      config: {
        audit: (request) => {
          const { address } = request.params as { address: string }
          const before = store.contacts.contact(addressOf(address))
          return {
            act: 'contact.delete',
            target: `customer/${address}`,
            sentence: `Deleted the contact ${address}.`,
            before: () => digestible(before),
          }
        },
      },
    },
    async (request, reply) => {
      if (await store.contacts.deleteContact(addressOf(request.params.address)))
        return reply.code(204).send(null)
      return sendProblem(reply, noSuchContact)
    },
  )

  app.post(
    '/contacts/import',
    {
      schema: {
        summary: 'Take contacts in from CSV (address, name, note), or say what would become of them',
        consumes: ['text/csv'],
        querystring: Type.Object({ dryRun: Type.Optional(Type.Enum(['true', 'false'])) }),
        response: { 200: ContactImportSchema },
      },
      config: {
        // The same file twice changes nothing the second time.
        repeatable: false,
        audit: (request) => ({
          act: 'contact.import',
          target: 'contacts',
          sentence: isDryRun(request.query)
            ? 'Tried an import of contacts, which changed nothing.'
            : 'Imported contacts from a CSV file.',
        }),
      },
    },
    async (request, reply) => {
      if (!(request.body instanceof Readable))
        return sendProblem(
          reply,
          problem(415, 'not-csv', 'Not understood', 'Send the file itself, with content-type: text/csv.'),
        )
      try {
        const result = await importContacts(textOf(request.body), isDryRun(request.query))
        return { ...result, errors: [...result.errors] }
      } catch (error) {
        if (!(error instanceof TooLarge)) throw error
        return sendProblem(reply, problem(413, 'too-large', 'Not done', error.message))
      }
    },
  )

  app.get(
    '/contacts/export',
    {
      schema: {
        summary: 'All contacts as CSV, safe to open in a spreadsheet',
        produces: ['text/csv'],
        response: { 200: Type.Unsafe<string | Readable>(Type.String()) },
      },
      config: {
        audit: () => ({ act: 'contact.export', target: 'contacts', sentence: 'Exported all contacts.' }),
      },
    },
    async (_request, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="contacts.csv"')
        .serializer(String)
        .send(Readable.from(lines())),
  )

  function* lines(): Generator<string> {
    yield csvLine(contactColumns)
    for (let before: number | null = null; ; ) {
      const page = store.contacts.contacts(before, exportPageSize)
      yield page.items.map((each) => csvLine([shown(each.address), each.name, each.note ?? ''])).join('')
      if (page.next === null) return
      before = page.next
    }
  }
}

class TooLarge extends Error {}

async function* textOf(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8')
  let bytes = 0
  for await (const piece of stream) {
    bytes += (piece as Buffer).length
    if (bytes > importLimitBytes) throw new TooLarge('The file is larger than 16 MB. Import it in parts.')
    yield decoder.decode(piece as Buffer, { stream: true })
  }
  yield decoder.decode()
}

const isDryRun = (query: unknown): boolean => (query as { dryRun?: string }).dryRun === 'true'

/** As people write it, where that reads back as the same. */
const shown = (address: Address): string =>
  address.kind === 'whatsapp-user' || address.kind === 'name' ? addressKey(address) : address.value

/** What the log may keep a digest of. */
const digestible = (contact: Contact | null) =>
  contact === null ? null : { name: contact.name, note: contact.note }

const contactWire = ({ address, name, note, version, updatedAt }: Contact): ContactWire => ({
  address: shown(address),
  name,
  note,
  version,
  updatedAt: time(updatedAt),
})

const noSuchContact = problem(404, 'not-found', 'Not done', 'There is no contact of this address.')
