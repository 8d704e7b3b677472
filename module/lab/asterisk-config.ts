import type { AsteriskCredentials, Login } from './asterisk-credentials.ts'
import { ASTERISK_MODULES } from './asterisk-modules.ts'
import type { AsteriskPrefix } from './asterisk-prefix.ts'
import { extensionsConf } from './sample-dialplan.ts'
import { nameOf, SAMPLE_PBX } from './sample-pbx.ts'
import { pjsipConf } from './sample-sip.ts'

export interface AsteriskPorts {
  /** UDP. */
  readonly sip: number
  /** TCP. */
  readonly ami: number
  /** TCP, ARI below `/ari`. */
  readonly http: number
}

export interface AsteriskSetup {
  readonly prefix: AsteriskPrefix
  readonly folder: string
  /** Holds the control socket; its path must be short. */
  readonly runFolder: string
  readonly spoolFolder: string
  readonly ports: AsteriskPorts
  readonly credentials: AsteriskCredentials
  readonly trunkPeer: { readonly host: string; readonly port: number }
}

/** Every configuration file of the instance, by name. */
export function asteriskConfig(setup: AsteriskSetup): Readonly<Record<string, string>> {
  const empty = Object.fromEntries(UNUSED.map((name) => [`${name}.conf`, '; not used\n']))
  return {
    ...empty,
    'asterisk.conf': asteriskConf(setup),
    'modules.conf': `[modules]\nautoload=no\n${ASTERISK_MODULES.map((name) => `require=${name}.so`).join('\n')}\n`,
    'logger.conf': LOGGER_CONF,
    'manager.conf': managerConf(setup),
    'http.conf': `[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=${setup.ports.http}\n`,
    'ari.conf': ariConf(setup.credentials.ari),
    'rtp.conf': '[general]\nrtpstart=20000\nrtpend=20999\n',
    'musiconhold.conf': `[default]\nmode=files\ndirectory=${setup.folder}/var/lib/moh\n`,
    'queues.conf': queuesConf(),
    'extensions.conf': extensionsConf(setup.spoolFolder),
    'pjsip.conf': pjsipConf({
      sipPort: setup.ports.sip,
      passwords: setup.credentials.phones,
      trunkPeer: setup.trunkPeer,
    }),
  }
}

/** Asterisk complains about each of these that is not there. */
const UNUSED = [
  'acl',
  'ccss',
  'cdr',
  'cel',
  'cli',
  'cli_aliases',
  'cli_permissions',
  'codecs',
  'dnsmgr',
  'enum',
  'extconfig',
  'features',
  'indications',
  'pjproject',
  'queuerules',
  'sorcery',
  'stasis',
  'statsd',
  'udptl',
  'websocket_client',
]

const asteriskConf = ({ prefix, folder, runFolder }: AsteriskSetup): string => `[directories]
astetcdir => ${folder}/etc
astmoddir => ${prefix.modulesFolder}
astvarlibdir => ${folder}/var/lib
astdbdir => ${folder}/var/lib
astkeydir => ${folder}/var/lib
astdatadir => ${prefix.dataFolder}
astagidir => ${folder}/var/lib
astspooldir => ${folder}/var/spool
astcachedir => ${folder}/var/cache
astlogdir => ${folder}/var/log
astrundir => ${runFolder}

[options]
verbose=0
documentation_language=en_US
live_dangerously=no
`

const LOGGER_CONF = `[general]
dateformat=%F %T.%3q
queue_log=yes
[logfiles]
full => notice,warning,error
`

const managerConf = ({ ports, credentials }: AsteriskSetup): string => `[general]
enabled=yes
bindaddr=127.0.0.1
port=${ports.ami}
displayconnects=no
allowmultiplelogin=yes
webenabled=no

; Everything that Parley does needs no more than this.
[${credentials.ami.username}]
secret=${credentials.ami.secret}
deny=0.0.0.0/0.0.0.0
permit=127.0.0.1/255.255.255.255
read=system,call,agent,user
write=reporting,message,agent
writetimeout=5000

; For tests that play the administrator.
[${credentials.labAmi.username}]
secret=${credentials.labAmi.secret}
deny=0.0.0.0/0.0.0.0
permit=127.0.0.1/255.255.255.255
read=all
write=all
writetimeout=5000
`

const ariConf = ({ username, secret }: Login): string => `[general]
enabled=yes

[${username}]
type=user
read_only=no
password=${secret}
password_format=plain
`

const queuesConf = (): string => `[general]
persistentmembers=yes
monitor-type=MixMonitor
shared_lastcall=yes

[${SAMPLE_PBX.queue.number}]
autofill=yes
joinempty=yes
leavewhenempty=no
maxlen=0
memberdelay=0
reportholdtime=no
retry=5
ringinuse=no
servicelevel=60
setinterfacevar=yes
strategy=${SAMPLE_PBX.queue.strategy}
timeout=15
weight=0
wrapuptime=0
${SAMPLE_PBX.queue.staticMembers
  .map(
    ({ number, penalty }) =>
      `member=${memberInterface(number)},${penalty},"${nameOf(number)}",${memberHint(number)}`,
  )
  .join('\n')}
`

/** A queue's member as FreePBX spells it. */
export const memberInterface = (number: string): string => `Local/${number}@from-queue/n`
export const memberHint = (number: string): string => `hint:${number}@ext-local`
