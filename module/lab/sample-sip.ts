import { SAMPLE_PBX } from './sample-pbx.ts'

export interface SipSetup {
  readonly sipPort: number
  /** Of each extension. */
  readonly passwords: Readonly<Record<string, string>>
  /** Where the trunk's far end listens; texts from its host are the trunk's. */
  readonly trunkPeer: { readonly host: string; readonly port: number }
}

/** pjsip.conf: the sample's phones and its one trunk, every endpoint with a message context of Parley's. */
export const pjsipConf = ({ sipPort, passwords, trunkPeer }: SipSetup): string => `[global]
type=global
user_agent=Parley lab
endpoint_identifier_order=ip,username

[transport-udp]
type=transport
protocol=udp
bind=127.0.0.1:${sipPort}

[phone](!)
type=endpoint
transport=transport-udp
context=from-internal
message_context=parley-phone
disallow=all
allow=ulaw,alaw
direct_media=no
rewrite_contact=yes
rtp_symmetric=yes
media_address=127.0.0.1
bind_rtp_to_media_address=yes
send_pai=yes

[phone-contacts](!)
type=aor
max_contacts=3
remove_existing=yes
qualify_frequency=0

[phone-login](!)
type=auth
auth_type=userpass

${SAMPLE_PBX.extensions.map(({ number, name }) => phone(number, name, passwords[number] ?? '')).join('\n')}
[${SAMPLE_PBX.trunk}]
type=aor
contact=sip:${trunkPeer.host}:${trunkPeer.port}
qualify_frequency=0

[${SAMPLE_PBX.trunk}]
type=endpoint
transport=transport-udp
context=from-trunk
message_context=parley-inbound
disallow=all
allow=ulaw,alaw
direct_media=no
media_address=127.0.0.1
bind_rtp_to_media_address=yes
aors=${SAMPLE_PBX.trunk}

[${SAMPLE_PBX.trunk}]
type=identify
endpoint=${SAMPLE_PBX.trunk}
match=${trunkPeer.host}
`

const phone = (number: string, name: string, password: string): string => `[${number}](phone)
auth=${number}-auth
aors=${number}
callerid="${name}" <${number}>

[${number}](phone-contacts)

[${number}-auth](phone-login)
username=${number}
password=${password}
`
