import { memberHint, memberInterface } from './asterisk-config.ts'
import { hintOf, nameOf, SAMPLE_PBX } from './sample-pbx.ts'

/** Console commands that put into the AstDB what FreePBX keeps there, and log the dynamic agents in. */
export function seedCommands(): readonly string[] {
  return [...SAMPLE_PBX.extensions.flatMap(({ number, name }) => extension(number, name)), ...queue()]
}

const put = (family: string, key: string, value: string): string => `database put ${family} ${key} "${value}"`

const extension = (number: string, name: string): readonly string[] => [
  put('AMPUSER', `${number}/cidname`, name),
  put('AMPUSER', `${number}/cidnum`, number),
  put('AMPUSER', `${number}/device`, number),
  put('AMPUSER', `${number}/hint`, hintOf(number)),
  put('AMPUSER', `${number}/ringtimer`, '0'),
  put('DEVICE', `${number}/dial`, `PJSIP/${number}`),
  put('DEVICE', `${number}/tech`, 'pjsip'),
  put('DEVICE', `${number}/type`, 'fixed'),
  put('DEVICE', `${number}/user`, number),
]

function queue(): readonly string[] {
  const { number: queueNumber, dynamicMembers } = SAMPLE_PBX.queue
  const allowed = dynamicMembers.map(({ number, penalty }) =>
    put('QPENALTY', `${queueNumber}/agents/${number}`, String(penalty)),
  )
  const loggedIn = dynamicMembers
    .filter((member) => member.loggedIn)
    .map(
      ({ number, penalty }) =>
        `queue add member ${memberInterface(number)} to ${queueNumber} penalty ${penalty} as "${nameOf(number)}" state_interface ${memberHint(number)}`,
    )
  return [put('QPENALTY', `${queueNumber}/dynmemberonly`, 'no'), ...allowed, ...loggedIn]
}
