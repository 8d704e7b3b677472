import { fileURLToPath } from 'node:url'
import { hintOf, SAMPLE_PBX } from './sample-pbx.ts'

const PARLEY_DIALPLAN = fileURLToPath(new URL('../../dialplan/extensions_parley.conf', import.meta.url))

/** extensions.conf: what FreePBX generates for the sample PBX, thinned out, with Parley's own file included. */
export const extensionsConf = (spoolFolder: string): string => `[general]
static=yes
writeprotect=no
clearglobalvars=no

[globals]
DIAL_OPTIONS=HhTtr
PARLEY_SPOOL=${spoolFolder}

#include ${PARLEY_DIALPLAN}

[from-internal]
include => ext-group
include => ext-queues
include => ext-local

[from-trunk]
include => ext-did

[ext-did]
include => ext-did-0002

[ext-did-0002]
${SAMPLE_PBX.inboundRoutes.map(({ did, destination }) => inboundRoute(did, destination)).join('\n')}

[ext-local]
${SAMPLE_PBX.extensions.map(({ number }) => localExtension(number)).join('\n')}

[ext-group]
${ringGroup()}

[ext-queues]
${queue(SAMPLE_PBX.queue.number)}

[from-queue]
exten => ${SAMPLE_PBX.queue.number},1,Goto(ext-local,\${QAGENT},1)
exten => _XXX,1,Set(QAGENT=\${EXTEN})
exten => _XXX,n,Goto(\${NODEST},1)

[macro-dial]
; ARG1 seconds, ARG2 options, ARG3 extensions joined by -
exten => s,1,Dial(PJSIP/\${STRREPLACE(ARG3,-,&PJSIP/)},\${ARG1},\${ARG2})
exten => s,n,Return()

[macro-exten-vm]
exten => s,1,Dial(PJSIP/\${ARG2},\${RINGTIMER},\${DIAL_OPTIONS})
exten => s,n,Return()

${['macro-user-callerid', 'macro-blkvm-setifempty', 'macro-blkvm-set', 'macro-blkvm-clr', 'macro-hangupcall', 'sub-record-check', 'sub-record-cancel'].map(emptySubroutine).join('\n\n')}
`

const inboundRoute = (did: string, destination: string): string => `exten => ${did},1,Set(__DIRECTION=INBOUND)
exten => ${did},n,Gosub(sub-record-check,s,1(in,\${EXTEN},dontcare))
exten => ${did},n,Set(__FROM_DID=\${EXTEN})
exten => ${did},n,ExecIf($[ "\${CALLERID(name)}" = "" ] ?Set(CALLERID(name)=\${CALLERID(num)}))
exten => ${did},n,Set(__MOHCLASS=default)
exten => ${did},n(dest-ext),Goto(${destination})
`

const localExtension = (
  number: string,
): string => `exten => ${number},1,Set(__RINGTIMER=\${IF($["\${DB(AMPUSER/${number}/ringtimer)}" > "0"]?\${DB(AMPUSER/${number}/ringtimer)}:15)})
exten => ${number},n,Gosub(macro-exten-vm,s,1(novm,${number},0,0,0))
exten => ${number},n(dest),Set(__PICKUPMARK=)
exten => ${number},n,Hangup()
exten => ${number},hint,${hintOf(number)}
`

function ringGroup(): string {
  const { number, strategy, members } = SAMPLE_PBX.ringGroup
  const list = members.join('-')
  return `exten => ${number},1,Progress()
exten => ${number},n,Gosub(macro-user-callerid,s,1())
exten => ${number},n,Gosub(macro-blkvm-setifempty,s,1())
exten => ${number},n,Set(__NODEST=)
exten => ${number},n(skipov),Set(RRNODEST=\${NODEST})
exten => ${number},n(skipvmblk),Set(__NODEST=\${EXTEN})
exten => ${number},n,Gosub(sub-record-check,s,1(rg,${number},dontcare))
exten => ${number},n,Set(RingGroupMethod=${strategy})
exten => ${number},n,GotoIf($["\${DB(RINGGROUP/${number}/confirm)}"=""]?NORGVQANNOUNCE)
exten => ${number},n(RGVQANNOUNCE),Gosub(macro-dial-confirm,s,1(20,\${DIAL_OPTIONS}Q(NO_ANSWER),${list},${number}))
exten => ${number},n(NORGVQANNOUNCE),Gosub(macro-dial,s,1(20,\${DIAL_OPTIONS}Q(NO_ANSWER),${list}))
exten => ${number},n(gosubhere),Gosub(sub-record-cancel,s,1())
exten => ${number},n,Set(RingGroupMethod=)
exten => ${number},n,Set(__NODEST=)
exten => ${number},n,Gosub(macro-blkvm-clr,s,1())
exten => ${number},n,Hangup()
exten => h,1,Gosub(macro-hangupcall,s,1())`
}

const queue = (number: string): string => `exten => ${number},1,Answer()
exten => ${number},n,Gosub(macro-user-callerid,s,1())
exten => ${number},n,Set(__NODEST=\${EXTEN})
exten => ${number},n,Set(QUEUENUM=${number})
exten => ${number},n,Queue(${number},tr,,,300)
exten => ${number},n,Hangup()`

const emptySubroutine = (context: string): string => `[${context}]
exten => s,1,Return()`
