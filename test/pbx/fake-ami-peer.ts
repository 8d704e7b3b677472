import { createServer, type Server, type Socket } from 'node:net'

/** What the peer answers to an action: lines without their ends, blocks apart; null for silence. */
export type Answer = (headers: ReadonlyMap<string, string>, socket: Socket) => readonly string[] | null

/** A TCP peer that plays Asterisk's AMI, and can do what the real one can't be made to do. */
export interface FakeAmiPeer {
  readonly port: number
  /** Everything that clients sent, byte for byte. */
  received(): string
  /** Open connections. */
  readonly sockets: ReadonlySet<Socket>
  /** Writes to every client, line ends added. */
  say(...blocks: string[]): void
  /** Replaces the answer to an action, named in lower case. */
  answer(action: string, answer: Answer): void
  close(): Promise<void>
}

const banner = 'Asterisk Call Manager/11.0.0\r\n'

const success = (...lines: string[]): readonly string[] => [['Response: Success', ...lines].join('\r\n')]

/** A list answer of events, as Asterisk frames it. */
export const list = (name: string, ...events: string[]): readonly string[] => [
  'Response: Success\r\nEventList: start\r\nMessage: list will follow',
  ...events.map((event) => event.split(' | ').join('\r\n')),
  `Event: ${name}Complete\r\nEventList: Complete\r\nListItems: ${events.length}`,
]

export const refuse = (message: string): readonly string[] => [`Response: Error\r\nMessage: ${message}`]

const everyAction = [
  'ExtensionStateList',
  'DeviceStateList',
  'PresenceStateList',
  'ShowDialPlan',
  'DBGet',
  'DBGetTree',
  'Getvar',
  'MessageSend',
  'QueuePause',
  'QueueStatus',
]

const usualAnswers = (): Map<string, Answer> =>
  new Map<string, Answer>([
    [
      'login',
      (_, socket) => {
        setImmediate(() => socket.write('Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n'))
        return success('Message: Authentication accepted')
      },
    ],
    [
      'listcommands',
      () => success(...everyAction.map((action) => `${action}: does it  (Priv: reporting,all)`)),
    ],
    ['ping', () => success('Ping: Pong')],
    [
      'extensionstatelist',
      () =>
        list(
          'ExtensionStateList',
          'Event: ExtensionStatus | Exten: 101 | Context: ext-local | Hint: PJSIP/101&Custom:DND101 | Status: 0',
        ),
    ],
    [
      'devicestatelist',
      () => list('DeviceStateList', 'Event: DeviceStateChange | Device: PJSIP/101 | State: NOT_INUSE'),
    ],
    ['presencestatelist', () => list('PresenceStateList')],
    ['queuestatus', () => list('QueueStatus')],
    ['dbgettree', () => list('DBGetTree')],
    ['dbget', () => refuse('Database entry not found')],
    ['showdialplan', () => refuse('Did not find context')],
    [
      'getvar',
      (headers) => {
        const contacts = /^PJSIP_DIAL_CONTACTS\((\w+)\)$/.exec(headers.get('variable') ?? '')
        return success(
          'Variable: x',
          `Value: ${contacts === null ? '' : `PJSIP/${contacts[1]}/sip:x@127.0.0.1`}`,
        )
      },
    ],
    ['messagesend', () => success('Message: Message successfully sent')],
  ])

export async function startFakeAmiPeer(onConnection?: (socket: Socket) => boolean): Promise<FakeAmiPeer> {
  const answers = usualAnswers()
  const sockets = new Set<Socket>()
  let received = ''
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.setEncoding('utf8')
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    let buffer = ''
    socket.on('data', (text: string) => {
      received += text
      buffer += text
      const blocks = buffer.split('\r\n\r\n')
      buffer = blocks.pop() ?? ''
      for (const block of blocks) reply(block, socket)
    })
    if (onConnection?.(socket) !== false) socket.write(banner)
  })

  function reply(block: string, socket: Socket): void {
    const headers = new Map(
      block.split('\r\n').map((line) => {
        const colon = line.indexOf(': ')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)]
      }),
    )
    const blocks = answers.get((headers.get('action') ?? '').toLowerCase())?.(headers, socket) ?? null
    for (const one of blocks ?? []) socket.write(`${one}\r\nActionID: ${headers.get('actionid')}\r\n\r\n`)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received: () => received,
    sockets,
    say(...blocks) {
      for (const socket of sockets)
        for (const block of blocks) socket.write(`${block.split(' | ').join('\r\n')}\r\n\r\n`)
    },
    answer: (action, answer) => void answers.set(action, answer),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
