import { type Static, Type } from 'typebox'
import { Text } from '../account-settings.ts'

/**
 * How a carrier is described in configuration. Everything is plain data: places are paths (`data.attributes.from`),
 * texts are templates (`Bearer {{secret.token}}`), conditions are comparisons. There are no patterns and no code.
 */
const closed = { additionalProperties: false }
const Path = Type.String({
  description: 'a place in what the carrier sends, such as data.attributes.from or To.0',
  minLength: 1,
  maxLength: 200,
})
const Source = Type.String({
  description: 'a place such as data.attributes.from, or a template such as {{country}}{{number}}',
  minLength: 1,
  maxLength: 500,
})
const TemplateText = (description: string) => Type.String({ description, maxLength: 2000 })
const Scalar = Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Boolean()], {
  description: 'a text, a number, true or false',
})
const Header = Text('the name of an HTTP header', '^[A-Za-z0-9-]{1,80}$')
const Name = '^[A-Za-z][A-Za-z0-9]{0,39}$'

const ConditionSchema = Type.Object(
  {
    at: Path,
    equals: Type.Optional(Scalar),
    oneOf: Type.Optional(Type.Array(Scalar, { description: 'a list of values', minItems: 1, maxItems: 50 })),
    startsWith: Type.Optional(Type.String({ description: 'a beginning', minLength: 1, maxLength: 200 })),
    exists: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  {
    ...closed,
    description: 'a condition: {at, and one of equals, oneOf, startsWith, exists}',
  },
)
export type Condition = Static<typeof ConditionSchema>
const Conditions = (description: string) => Type.Array(ConditionSchema, { description, maxItems: 20 })

const states = ['accepted', 'sent', 'delivered', 'read', 'failed', 'ignored'] as const
const failureCodes = [
  'opted-out',
  'unreachable',
  'invalid-recipient',
  'invalid-sender',
  'content-refused',
  'credentials',
  'too-long',
  'media',
  'window-closed',
  'template',
  'expired',
  'carrier-error',
] as const

const AnswerSchema = Type.Object(
  {
    status: Type.Integer({ description: 'an HTTP status from 200 to 599', minimum: 200, maximum: 599 }),
    contentType: Text('a content type such as text/plain', '^[A-Za-z0-9.+/; =-]{3,100}$'),
    body: Type.String({ description: 'the text of the answer', maxLength: 2000 }),
  },
  { ...closed, description: 'an answer: status, contentType and body' },
)

const WebhookAuthenticationSchema = Type.Object(
  {
    kind: Type.Enum(['hmac', 'basic', 'bearer', 'query', 'path'], {
      description:
        'where the proof stands: hmac (a signature), basic, bearer, query (a secret parameter) or path (a secret last step of the URL)',
    }),
    header: Type.Optional(Header),
    algorithm: Type.Optional(
      Type.Enum(['sha1', 'sha256', 'sha512'], { description: 'sha1, sha256 or sha512' }),
    ),
    encoding: Type.Optional(Type.Enum(['hex', 'base64'], { description: 'hex or base64' })),
    prefix: Type.Optional(
      Type.String({
        description: 'what stands before the signature, such as sha256=',
        minLength: 1,
        maxLength: 20,
      }),
    ),
    signed: Type.Optional(
      TemplateText('what is signed: a template of {{body}}, {{url}} and {{header.x-timestamp}}'),
    ),
    timestampHeader: Type.Optional(Header),
    toleranceSeconds: Type.Optional(
      Type.Integer({ description: 'seconds from 10 to 3600', minimum: 10, maximum: 3600 }),
    ),
    parameter: Type.Optional(Text('the name of a query parameter', '^[A-Za-z0-9_-]{1,40}$')),
  },
  { ...closed, description: 'how the carrier proves that a call is its own: {kind: hmac, …}' },
)

const MediaPlacesSchema = Type.Object(
  {
    urls: Type.Array(Path, { description: 'a list of places', minItems: 1, maxItems: 20 }),
    /** Texts that hold several addresses. */
    separator: Type.Optional(
      Type.String({ description: 'what separates addresses in one text', minLength: 1, maxLength: 3 }),
    ),
    types: Type.Optional(Path),
    names: Type.Optional(Path),
    skip: Type.Optional(
      Type.Array(Text('an ending such as .smil', '^\\.[a-z0-9]{1,10}$'), {
        description: 'a list of file endings',
      }),
    ),
  },
  { ...closed, description: 'where addresses of files stand: {urls, separator, types, names, skip}' },
)

const EventSchema = Type.Object(
  {
    is: Type.Enum(['message', 'report', 'nothing'], {
      description: 'message (from a customer), report (on one of ours) or nothing (not our business)',
    }),
    when: Type.Optional(Conditions('a list of conditions that must all hold')),
    id: Type.Optional(Source),
    from: Type.Optional(Source),
    to: Type.Optional(Source),
    text: Type.Optional(Source),
    textEncoding: Type.Optional(Type.Enum(['plain', 'url'], { description: 'plain or url' })),
    media: Type.Optional(MediaPlacesSchema),
    senderName: Type.Optional(Source),
    repliesTo: Type.Optional(Source),
    time: Type.Optional(Source),
    timeFormat: Type.Optional(
      Type.Enum(['iso', 'seconds', 'milliseconds'], { description: 'iso, seconds or milliseconds' }),
    ),
    channel: Type.Optional(Type.Enum(['sms', 'whatsapp'], { description: 'sms or whatsapp' })),
    /** Where our own id comes back. */
    ourId: Type.Optional(Source),
    state: Type.Optional(Source),
    states: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Enum([...states], {
          description: 'one of accepted, sent, delivered, read, failed, ignored',
        }),
        { description: 'what each of the carrier’s words means' },
      ),
    ),
    code: Type.Optional(Source),
  },
  {
    ...closed,
    description: 'an event: {is: message, from, to, text, …} or {is: report, id, state, states, …}',
  },
)
export type EventDescription = Static<typeof EventSchema>

const WebhookSchema = Type.Object(
  {
    methods: Type.Array(Type.Enum(['GET', 'POST'], { description: 'GET or POST' }), {
      description: 'a list of GET and POST',
      minItems: 1,
      maxItems: 2,
    }),
    body: Type.Enum(['json', 'form', 'query'], { description: 'json, form or query' }),
    /** For a carrier that says another content type than that of what it sends. */
    anyContentType: Type.Optional(Type.Boolean({ description: 'true or false' })),
    authentication: WebhookAuthenticationSchema,
    /** The list of messages in one call. */
    each: Type.Optional(Path),
    events: Type.Array(EventSchema, {
      description: 'a list of events; the first whose conditions hold is meant',
      minItems: 1,
      maxItems: 20,
    }),
    /** For messages without an id: the same content within so many seconds is one message. */
    sameWithinSeconds: Type.Optional(
      Type.Integer({ description: 'seconds from 1 to 86400', minimum: 1, maximum: 86_400 }),
    ),
    answer: Type.Optional(AnswerSchema),
    unreadableAnswer: Type.Optional(AnswerSchema),
  },
  { ...closed, description: 'how the carrier calls us: {methods, body, authentication, events, …}' },
)
export type WebhookDescription = Static<typeof WebhookSchema>

const RequestAuthenticationSchema = Type.Object(
  {
    kind: Type.Enum(['basic', 'bearer'], { description: 'basic or bearer' }),
    user: Type.Optional(TemplateText('a template such as {{secret.user}}')),
    password: Type.Optional(TemplateText('a template such as {{secret.password}}')),
    token: Type.Optional(TemplateText('a template such as {{secret.token}}')),
  },
  { ...closed, description: 'the credentials: {kind: basic, user, password} or {kind: bearer, token}' },
)
export type RequestAuthentication = Static<typeof RequestAuthenticationSchema>

const Fields = (description: string) =>
  Type.Record(Type.String(), TemplateText('a template'), { description })

const RequestSchema = Type.Object(
  {
    /** What it is for; any message when left out. */
    carries: Type.Optional(Type.Enum(['text', 'files', 'any'], { description: 'text, files or any' })),
    /** UTF-8 bytes of text that it takes; the next request that fits is used for longer ones. */
    longestBytes: Type.Optional(
      Type.Integer({ description: 'bytes from 1 to 100000', minimum: 1, maximum: 100_000 }),
    ),
    method: Type.Enum(['GET', 'POST'], { description: 'GET or POST' }),
    url: TemplateText('an address that begins with https://'),
    query: Type.Optional(Fields('a list of query parameters')),
    headers: Type.Optional(Fields('a list of headers')),
    authentication: Type.Optional(RequestAuthenticationSchema),
    json: Type.Optional(Type.Unknown({ description: 'what is sent as JSON; its texts are templates' })),
    form: Type.Optional(Fields('a list of form fields')),
    /** Where the carrier's answer names the message. */
    id: Type.Optional(Path),
  },
  { ...closed, description: 'a request: {method, url, authentication, json or form, id}' },
)
export type RequestDescription = Static<typeof RequestSchema>

const FailureSchema = Type.Object(
  {
    code: Type.Enum([...failureCodes], { description: `one of ${failureCodes.join(', ')}` }),
    sentence: Type.String({ description: 'a sentence for the agent', minLength: 5, maxLength: 300 }),
  },
  { ...closed, description: 'what the failure means: {code, sentence}' },
)

const SendingSchema = Type.Object(
  {
    numberFormat: Type.Optional(
      Type.Enum(['plus', 'digits', 'national'], {
        description: 'plus (+16313808000), digits (16313808000) or national (6313808000)',
      }),
    ),
    countryCode: Type.Optional(
      Text('the country code that national numbers lack, 1 for the US', '^[1-9][0-9]{0,2}$'),
    ),
    requests: Type.Array(RequestSchema, {
      description: 'a list of requests; the first that fits the message is made',
      minItems: 1,
      maxItems: 5,
    }),
    taken: Type.Optional(Conditions('a list of conditions that must all hold for a message to be taken')),
    retry: Type.Optional(Conditions('a list of conditions; where one holds nothing was processed')),
    refused: Type.Optional(Conditions('a list of conditions; where one holds the message was refused')),
    code: Type.Optional(Source),
  },
  { ...closed, description: 'how messages are sent: {requests, taken, retry, refused, code}' },
)
export type SendingDescription = Static<typeof SendingSchema>

const descriptionFields = {
  channels: Type.Optional(
    Type.Array(Type.Enum(['sms', 'whatsapp'], { description: 'sms or whatsapp' }), {
      description: 'a list of sms and whatsapp',
      minItems: 1,
      maxItems: 2,
    }),
  ),
  webhook: Type.Optional(WebhookSchema),
  sending: Type.Optional(SendingSchema),
  probe: Type.Optional(RequestSchema),
  failures: Type.Optional(
    Type.Record(Type.String(), FailureSchema, { description: 'what each of the carrier’s codes means' }),
  ),
  limits: Type.Optional(
    Type.Object(
      {
        perSecond: Type.Number({
          description: 'messages a second, from 0.01 to 1000',
          minimum: 0.01,
          maximum: 1000,
        }),
        longestText: Type.Integer({
          description: 'characters from 1 to 10000',
          minimum: 1,
          maximum: 10_000,
        }),
        mostFiles: Type.Optional(
          Type.Integer({ description: 'files from 1 to 20', minimum: 1, maximum: 20 }),
        ),
        longestFileBytes: Type.Optional(
          Type.Integer({ description: 'bytes up to 100 MB', minimum: 1, maximum: 100_000_000 }),
        ),
      },
      { ...closed, description: 'the limits: {perSecond, longestText, mostFiles, longestFileBytes}' },
    ),
  ),
  /** Hosts that want our credentials before they hand out a file. */
  mediaAccess: Type.Optional(
    Type.Object(
      {
        hosts: Type.Array(Text('a host, or .example.com for all below it', '^\\.?[a-z0-9.-]{3,250}$'), {
          description: 'a list of hosts',
          minItems: 1,
          maxItems: 10,
        }),
        authentication: RequestAuthenticationSchema,
      },
      { ...closed, description: 'how files are fetched: {hosts, authentication}' },
    ),
  ),
}

const DescriptionSchema = Type.Object(descriptionFields, closed)
/** All that Parley has to know of a carrier, its credentials excepted. */
export type CarrierDescription = Static<typeof DescriptionSchema>

export const presetNames = ['voip-ms', 'flowroute', 'bulkvs'] as const
export type PresetName = (typeof presetNames)[number]

export const GenericSettingsSchema = Type.Object(
  {
    preset: Type.Optional(Type.Enum([...presetNames], { description: `one of ${presetNames.join(', ')}` })),
    numbers: Type.Optional(
      Type.Array(
        Text(
          'a number in full such as +16313808000, or a short code of 3 to 8 digits',
          '^(\\+[1-9][0-9]{6,14}|[0-9]{3,8})$',
        ),
        { description: 'a list of this account’s numbers' },
      ),
    ),
    /** What templates know as `{{value.name}}`: not secret. */
    values: Type.Optional(
      Type.Record(Type.String({ pattern: Name }), Type.String({ maxLength: 500 }), {
        description: 'texts by name, for templates',
      }),
    ),
    ...descriptionFields,
  },
  closed,
)
export type GenericSettings = Static<typeof GenericSettingsSchema>

/** Which secrets there must be, the description says: those that its templates and its webhook use. */
export const GenericSecretsSchema = Type.Record(
  Type.String({ pattern: Name }),
  Type.String({ minLength: 1, maxLength: 1000, description: 'a text' }),
  { description: 'secrets by name' },
)
