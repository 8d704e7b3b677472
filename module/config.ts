import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

const Port = Type.Integer({ minimum: 1, maximum: 65535 })
const closed = { additionalProperties: false }
const Path = Type.String({ minLength: 1 })
/** From a kilobyte to four gigabytes. */
const FileSize = Type.Integer({ minimum: 1024, maximum: 4 * 1024 ** 3 })
const Contexts = Type.Array(Type.String({ pattern: '^[\\w.+-]{1,80}$' }), { maxItems: 50 })

const Origins = Type.Array(Type.String({ pattern: '^https?://[A-Za-z0-9.\\[\\]:-]+$' }), { maxItems: 50 })

/** The config file: paths, ports, PBX access and the key file. All else lives in the database. */
const ConfigFile = Type.Object(
  {
    pbx: Type.Object(
      {
        id: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,32}$' })),
        ami: Type.Object(
          {
            host: Type.String({ minLength: 1 }),
            port: Port,
            username: Type.String({ minLength: 1 }),
            secret: Type.String({ minLength: 1 }),
            tls: Type.Optional(Type.Boolean()),
            ca: Type.Optional(Path),
          },
          closed,
        ),
        ari: Type.Object(
          {
            url: Type.String({ pattern: '^https?://' }),
            username: Type.String({ minLength: 1 }),
            password: Type.String({ minLength: 1 }),
            ca: Type.Optional(Path),
          },
          closed,
        ),
        spoolFolder: Type.String({ minLength: 1 }),
        sipDomain: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9.:\\[\\]-]{1,255}$' })),
        checkPeriodMs: Type.Optional(Type.Integer({ minimum: 1000, maximum: 3_600_000 })),
        namesFile: Type.Optional(Path),
        hintContexts: Type.Optional(Contexts),
        ringGroupContexts: Type.Optional(Contexts),
        didContexts: Type.Optional(Contexts),
      },
      closed,
    ),
    http: Type.Optional(
      Type.Object(
        {
          host: Type.Optional(Type.String({ minLength: 1 })),
          port: Type.Optional(Port),
          publicUrl: Type.Optional(Type.String({ pattern: '^https?://[^/]+(/.*[^/])?$' })),
          allowedOrigins: Type.Optional(Origins),
          frameAncestors: Type.Optional(Origins),
        },
        closed,
      ),
    ),
    media: Type.Optional(
      Type.Object(
        {
          longestInboundBytes: Type.Optional(FileSize),
          longestUploadBytes: Type.Optional(FileSize),
        },
        closed,
      ),
    ),
    dataFolder: Type.Optional(Type.String({ minLength: 1 })),
    keyFile: Type.Optional(Type.String({ minLength: 1 })),
    homeCountry: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
    logLevel: Type.Optional(Type.Enum(['debug', 'info', 'warn', 'error', 'silent'])),
  },
  closed,
)
type ConfigFile = Static<typeof ConfigFile>

export interface Config {
  readonly pbx: {
    readonly id: string
    readonly ami: {
      readonly host: string
      readonly port: number
      readonly username: string
      readonly secret: string
      readonly tls: boolean
      /** The certificate authority that alone is believed, a PEM file; null for those of the system. */
      readonly ca: string | null
    }
    /** An https address is spoken to over TLS. */
    readonly ari: {
      readonly url: string
      readonly username: string
      readonly password: string
      readonly ca: string | null
    }
    /** Where the dialplan writes inbound SIP messages. */
    readonly spoolFolder: string
    /** The host part of SIP URIs that Parley sends from. */
    readonly sipDomain: string
    readonly checkPeriodMs: number
    /** Names of groups, DIDs and time conditions, which the PBX tells nobody; null for none. */
    readonly namesFile: string | null
    /** Where the dialplan has hints, ring groups and DIDs, besides where FreePBX writes them. */
    readonly hintContexts: readonly string[]
    readonly ringGroupContexts: readonly string[]
    readonly didContexts: readonly string[]
  }
  readonly http: {
    readonly host: string
    readonly port: number
    readonly publicUrl: string | null
    /** Whose pages may call the API and open the live socket, besides those of this address. */
    readonly allowedOrigins: readonly string[]
    /** Whose pages may show the panels in a frame. */
    readonly frameAncestors: readonly string[]
  }
  /** Files beside messages: what is larger is not taken. */
  readonly media: { readonly longestInboundBytes: number; readonly longestUploadBytes: number }
  readonly dataFolder: string
  readonly keyFile: string
  readonly homeCountry: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** What WhatsApp lets a document have, which is the most of any carrier. */
const usualFileBytes = 100 * 1024 * 1024

/** What an operator must mend before Parley can run, a setting above all: the message names it and says how. */
export class ConfigError extends Error {}

/** Environment variables and the settings they stand for; they win over the file. */
const variables = {
  PARLEY_AMI_HOST: 'pbx.ami.host',
  PARLEY_AMI_PORT: 'pbx.ami.port',
  PARLEY_AMI_USERNAME: 'pbx.ami.username',
  PARLEY_AMI_SECRET: 'pbx.ami.secret',
  PARLEY_AMI_TLS: 'pbx.ami.tls',
  PARLEY_AMI_CA: 'pbx.ami.ca',
  PARLEY_ARI_URL: 'pbx.ari.url',
  PARLEY_ARI_USERNAME: 'pbx.ari.username',
  PARLEY_ARI_PASSWORD: 'pbx.ari.password',
  PARLEY_ARI_CA: 'pbx.ari.ca',
  PARLEY_SPOOL_FOLDER: 'pbx.spoolFolder',
  PARLEY_SIP_DOMAIN: 'pbx.sipDomain',
  PARLEY_NAMES_FILE: 'pbx.namesFile',
  PARLEY_HTTP_HOST: 'http.host',
  PARLEY_HTTP_PORT: 'http.port',
  PARLEY_PUBLIC_URL: 'http.publicUrl',
  PARLEY_MEDIA_LONGEST_INBOUND_BYTES: 'media.longestInboundBytes',
  PARLEY_MEDIA_LONGEST_UPLOAD_BYTES: 'media.longestUploadBytes',
  PARLEY_DATA_FOLDER: 'dataFolder',
  PARLEY_KEY_FILE: 'keyFile',
  PARLEY_HOME_COUNTRY: 'homeCountry',
  PARLEY_LOG_LEVEL: 'logLevel',
} as const

/** What each setting is, for the error that names it. */
const help: Record<string, string> = {
  '/pbx': 'how to reach the PBX',
  '/pbx/ami': 'the Asterisk Manager account: host, port, username, secret',
  '/pbx/ami/host': 'the host where Asterisk Manager listens, such as 127.0.0.1',
  '/pbx/ami/port': 'the port of Asterisk Manager, usually 5038',
  '/pbx/ami/username': 'the section name of the account in manager.conf',
  '/pbx/ami/secret': 'the secret of the account in manager.conf',
  '/pbx/ami/tls': 'true where manager.conf has tlsenable = yes and the port is that of tlsbindaddr',
  '/pbx/ami/ca': 'a PEM file with the certificate authority of Asterisk’s certificate',
  '/pbx/ari': 'the ARI account: url, username, password',
  '/pbx/ari/url': 'the address of Asterisk’s HTTP server, such as http://127.0.0.1:8088',
  '/pbx/ari/username': 'the section name of the account in ari.conf',
  '/pbx/ari/password': 'the password of the account in ari.conf',
  '/pbx/ari/ca': 'a PEM file with the certificate authority of Asterisk’s certificate',
  '/pbx/namesFile': 'a JSON file with the names of groups, DIDs and time conditions',
  '/pbx/hintContexts':
    'a list of the dialplan contexts that hold the extensions’ hints, such as ["ext-local"]',
  '/pbx/ringGroupContexts': 'a list of the dialplan contexts whose extensions are ring groups',
  '/pbx/didContexts': 'a list of the dialplan contexts whose extensions are DIDs',
  '/pbx/spoolFolder': 'the folder that PARLEY_SPOOL names in the dialplan',
  '/http/publicUrl':
    'the address under which carriers reach Parley, such as https://pbx.example.com/parley, without a slash at the end',
  '/media/longestInboundBytes': 'the size in bytes of the largest file that is fetched from a carrier',
  '/media/longestUploadBytes': 'the size in bytes of the largest file that an agent may attach',
  '/http/allowedOrigins':
    'a list of origins whose pages may call the API, such as ["https://crm.example.com"], without a path',
  '/http/frameAncestors':
    'a list of origins whose pages may show the panels in a frame, such as ["https://crm.example.com"]',
  '/homeCountry': 'a two-letter country code for numbers written without one, such as US',
}

/** Whether anything says where a PBX is; without it, `npm start` brings up one of its own. */
export const isPbxConfigured = (env: NodeJS.ProcessEnv): boolean =>
  env.PARLEY_CONFIG !== undefined ||
  Object.keys(variables).some((name) => /^PARLEY_A[MR]I_/.test(name) && env[name] !== undefined)

/** Reads the config file named by PARLEY_CONFIG, then the environment over it. Throws `ConfigError`. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const path = env.PARLEY_CONFIG
  const raw = path === undefined ? {} : readFile(path)
  putEnvironment(raw, env)
  return completeConfig(raw, path === undefined ? process.cwd() : dirname(path))
}

/** Puts what the environment says over settings; where a PBX is given already, only what concerns no PBX. */
export function putEnvironment(
  settings: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
  { pbxIsGiven = false } = {},
): void {
  for (const [name, setting] of Object.entries(variables)) {
    const value = env[name]
    if (value === undefined || (pbxIsGiven && setting.startsWith('pbx.'))) continue
    assign(settings, setting.split('.'), settingValue(setting, value))
  }
}

function settingValue(setting: string, value: string): string | number | boolean {
  if (/\.port$|Bytes$/.test(setting)) return Number(value)
  return setting.endsWith('.tls') && /^(true|false)$/.test(value) ? value === 'true' : value
}

/** Checks a config value and fills in what may be left out. Relative paths are taken from `base`. */
export function completeConfig(value: unknown, base: string): Config {
  if (!Value.Check(ConfigFile, value)) throw new ConfigError(complaint(value))
  const file: ConfigFile = value
  const absolute = (path: string) => (isAbsolute(path) ? path : join(base, path))
  const absoluteOrNull = (path: string | undefined) => (path === undefined ? null : absolute(path))
  const dataFolder = absolute(file.dataFolder ?? 'data')
  return Object.freeze({
    pbx: Object.freeze({
      id: file.pbx.id ?? 'main',
      ami: { ...file.pbx.ami, tls: file.pbx.ami.tls ?? false, ca: absoluteOrNull(file.pbx.ami.ca) },
      ari: {
        ...file.pbx.ari,
        url: file.pbx.ari.url.replace(/\/$/, ''),
        ca: absoluteOrNull(file.pbx.ari.ca),
      },
      spoolFolder: absolute(file.pbx.spoolFolder),
      sipDomain: file.pbx.sipDomain ?? 'parley.invalid',
      checkPeriodMs: file.pbx.checkPeriodMs ?? 30_000,
      namesFile: absoluteOrNull(file.pbx.namesFile),
      hintContexts: file.pbx.hintContexts ?? [],
      ringGroupContexts: file.pbx.ringGroupContexts ?? [],
      didContexts: file.pbx.didContexts ?? [],
    }),
    http: Object.freeze({
      host: file.http?.host ?? '127.0.0.1',
      port: file.http?.port ?? 8077,
      publicUrl: file.http?.publicUrl ?? null,
      allowedOrigins: file.http?.allowedOrigins ?? [],
      frameAncestors: file.http?.frameAncestors ?? [],
    }),
    media: Object.freeze({
      longestInboundBytes: file.media?.longestInboundBytes ?? usualFileBytes,
      longestUploadBytes: file.media?.longestUploadBytes ?? usualFileBytes,
    }),
    dataFolder,
    keyFile: absolute(file.keyFile ?? join(dataFolder, 'parley.key')),
    homeCountry: file.homeCountry ?? 'US',
    logLevel: file.logLevel ?? 'info',
  })
}

function readFile(path: string): Record<string, unknown> {
  let text: string
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new ConfigError(`${path} holds secrets and others may read it. Run: chmod 600 ${path}`)
    }
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(
      `The config file ${path}, named by PARLEY_CONFIG, can't be read: ${(error as Error).message}.`,
    )
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch (error) {
    throw new ConfigError(`The config file ${path} is not JSON${positionOf(text, error)}.`)
  }
  throw new ConfigError(`The config file ${path} must hold one JSON object.`)
}

/** Where the parser stopped. Its own words quote the file, and that holds secrets. */
function positionOf(text: string, error: unknown): string {
  const [, position] = /at position (\d+)/.exec(String(error)) ?? []
  if (position === undefined) return ''
  return `: look at line ${text.slice(0, Number(position)).split('\n').length}`
}

function assign(
  target: Record<string, unknown>,
  [head = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    target[head] = value
    return
  }
  const inner = target[head]
  const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {}
  target[head] = next
  assign(next, rest, value)
}

/** The first thing wrong, by its path, with what it should be and how to give it. */
function complaint(value: unknown): string {
  const [error] = Value.Errors(ConfigFile, value)
  const missing =
    error?.keyword === 'required'
      ? (error.params as { requiredProperties?: string[] }).requiredProperties?.[0]
      : undefined
  const path = `${error?.instancePath ?? ''}${missing === undefined ? '' : `/${missing}`}`
  const setting = path.slice(1).replaceAll('/', '.') || 'configuration'
  const meaning = help[path] === undefined ? '' : ` It is ${help[path]}.`
  const variable = Object.entries(variables).find(([, name]) => name === setting)?.[0]
  const how = variable === undefined ? '' : ` Set it in the file that PARLEY_CONFIG names, or as ${variable}.`
  if (error?.keyword === 'boolean') return `There is no setting ${setting}. Is it misspelt?`
  const what = missing === undefined ? `is wrong: ${error?.message ?? 'not understood'}` : 'is missing'
  return `The setting ${setting} ${what}.${meaning}${how}`
}
