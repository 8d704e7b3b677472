import fc from 'fast-check'
import t from 'tap'
import { failureSentence } from '../../module/domain/failures.ts'
import type { Address } from '../../module/domain/message/address.ts'
import {
  autoReplyWindowMs,
  type EarlierAutoReply,
  judgeAutoReply,
  mostPerSender,
} from '../../module/domain/message/auto-reply.ts'
import {
  cannedVariables,
  parseCannedText,
  renderCannedText,
} from '../../module/domain/message/canned-reply.ts'
import type { Channel } from '../../module/domain/message/message.ts'
import type { MessageContent } from '../../module/domain/message/message-content.ts'
import { consentWord, optOutNote } from '../../module/domain/message/opt-out.ts'
import { passSendGate, refusedAtGate } from '../../module/domain/message/send-gate.ts'

const text = (said: string): MessageContent => ({ kind: 'text', text: said, media: [] })
const did: Address = { kind: 'number', value: '+16313808000' }
const sender: Address = { kind: 'number', value: '+19542788086' }

t.test('words of consent', async (t) => {
  const cases: readonly [string, ReturnType<typeof consentWord>][] = [
    ['STOP', 'stop'],
    ['stop', 'stop'],
    [' Stop. ', 'stop'],
    ['S T O P', 'stop'],
    ['“stop!!”', 'stop'],
    ['ＳＴＯＰ', 'stop'],
    ['Stop all', 'stop'],
    ['STOPALL', 'stop'],
    ['un-subscribe', 'stop'],
    ['opt out', 'stop'],
    ['Cancel', 'stop'],
    ['end', 'stop'],
    ['QUIT', 'stop'],
    ['revoke\n', 'stop'],
    ['Start', 'start'],
    ['yes!', 'start'],
    ['UNSTOP', 'start'],
    ['Help?', 'help'],
    ['info', 'help'],
    ['Please stop by at five', null],
    ['stopp', null],
    ['don’t stop', null],
    ['yes please', null],
    ['', null],
    ['…', null],
    ['🛑', null],
    ['Стоп', null],
  ]
  for (const [said, word] of cases) t.equal(consentWord({ channel: 'sms', content: text(said) }), word, said)
  for (const [channel, word] of [
    ['sms', 'stop'],
    ['sip', 'stop'],
    ['whatsapp', null],
  ] as const satisfies readonly [Channel, unknown][])
    t.equal(consentWord({ channel, content: text('stop') }), word, channel)
  t.equal(consentWord({ channel: 'sip', content: { kind: 'too-long-for-trunk', byteLength: 2000 } }), null)
  const russian = { stop: ['стоп'], start: ['да'], help: [] }
  t.equal(
    consentWord({ channel: 'sms', content: text('Стоп!') }, russian),
    'stop',
    'any language, by its list',
  )
  t.equal(consentWord({ channel: 'sms', content: text('STOP') }, russian), null)
  t.equal(consentWord({ channel: 'whatsapp', content: text('stop') }, undefined, ['whatsapp']), 'stop')

  t.test('however typed, and only as a whole', async (t) => {
    const decorated = fc.array(fc.constantFrom(' ', '.', '!', '\n', '“', '-', '…'), { maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom('stop', 'Cancel', 'OPTOUT'), decorated, decorated, (word, left, right) => {
        const said = `${left.join('')}${word}${right.join('')}`
        return consentWord({ channel: 'sms', content: text(said) }) === 'stop'
      }),
    )
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,8}$/), (more) => {
        const word = consentWord({ channel: 'sms', content: text(`stop ${more}`) })
        return more === 'all' ? word === 'stop' : word === null
      }),
    )
    t.pass('200 ways')
  })

  t.test('are told of in the conversation', async (t) => {
    const admin = { kind: 'admin', id: '9', name: 'Olga' } as const
    const facts = { did, actor: admin, reason: 'asked by phone' }
    t.match(optOutNote({ ...facts, optedOut: true, source: 'keyword' }), /The customer opted out/)
    t.match(optOutNote({ ...facts, optedOut: false, source: 'keyword' }), /opted in again/)
    t.match(optOutNote({ ...facts, optedOut: true, source: 'carrier' }), /The carrier says/)
    t.match(optOutNote({ ...facts, optedOut: true, source: 'admin' }), /Olga opted .* asked by phone/)
    t.match(
      optOutNote({ ...facts, optedOut: false, source: 'admin' }),
      /Olga allowed .* again: asked by phone/,
    )
  })
})

t.test('the send gate', async (t) => {
  t.match(passSendGate({ did, optedOut: false }), { ok: true, value: { did } })
  const refused = passSendGate({ did, optedOut: true })
  t.same(refused, { ok: false, failure: { code: 'opted-out', did: '+16313808000' } })
  t.match(
    failureSentence({ code: 'opted-out', did: '+16313808000' }),
    /opted out of messages from \+16313808000/,
  )
  t.match(refusedAtGate(did), { code: 'opted-out', carrierCode: null, sentence: /opted out/ })
})

t.test('auto-replies', async (t) => {
  const at = Date.UTC(2026, 0, 5, 10)
  const hour = 3_600_000
  const message = (over: object = {}) => ({
    channel: 'sms' as const,
    content: text('Where is my order?'),
    sender,
    receivedAt: at,
    ...over,
  })
  const wish = { text: 'We are closed and answer tomorrow.' }
  const earlier = (hoursAgo: number, over: Partial<EarlierAutoReply> = {}): EarlierAutoReply => ({
    sameConversation: false,
    text: wish.text,
    at: at - hoursAgo * hour,
    answeredAt: null,
    ...over,
  })
  const quick = (hoursAgo: number) =>
    earlier(hoursAgo, { answeredAt: at - hoursAgo * hour + 900, text: 'other' })
  const cases: readonly [string, ReturnType<typeof judgeAutoReply>, object, readonly EarlierAutoReply[]][] = [
    ['to a first message', 'send', {}, []],
    ['to STOP', 'consent-word', { content: text('stop') }, []],
    ['to START', 'consent-word', { content: text('Start') }, []],
    ['to HELP', 'consent-word', { content: text('help') }, []],
    ['to a short code', 'machine', { sender: { kind: 'short-code', value: '70007' } }, []],
    ['to a name', 'machine', { sender: { kind: 'name', value: 'ACME' } }, []],
    ['to a WhatsApp user', 'send', { sender: { kind: 'whatsapp-user', value: 'u1' } }, []],
    ['again within the window', 'had-one', {}, [earlier(11.9, { sameConversation: true })]],
    ['after the window', 'send', {}, [earlier(12.1, { sameConversation: true })]],
    ['in another conversation of his', 'send', {}, [earlier(1)]],
    ['in a fourth conversation', 'too-many', {}, [earlier(1), earlier(2), earlier(3)]],
    ['to our own words', 'echo', { content: text('we are CLOSED and answer tomorrow') }, []],
    ['to words of ours from before', 'echo', { content: text('Gone.') }, [earlier(1, { text: 'gone' })]],
    ['to media alone', 'send', { content: { kind: 'text', text: '', media: [] } }, [earlier(20)]],
    ['to one quick answer', 'send', {}, [quick(1)]],
    ['to a second quick answer', 'too-quick', {}, [quick(1), quick(13)]],
    ['to slow answers', 'send', {}, [earlier(13, { answeredAt: at }), earlier(14, { answeredAt: at })]],
    ['to quick answers of the day before', 'send', {}, [quick(25), quick(26)]],
  ]
  for (const [name, verdict, over, before] of cases)
    t.equal(judgeAutoReply(wish, message(over), before), verdict, name)
  t.equal(judgeAutoReply({ text: '  ' }, message(), []), 'empty')
  const short = { ...wish, windowMs: hour }
  t.equal(
    judgeAutoReply(short, message(), [earlier(2, { sameConversation: true })]),
    'send',
    'a shorter window',
  )
  t.equal(
    judgeAutoReply(short, message(), [earlier(2), earlier(3), earlier(4)]),
    'too-many',
    'which opens no way to a loop',
  )

  t.test('are bounded whatever a robot answers, and when', async (t) => {
    const step = fc.record({
      pauseMs: fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: 4 * hour })),
      group: fc.nat({ max: 6 }),
      echo: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 24 }),
        (steps, windowHours) => {
          const sent: { group: number; at: number; answeredAt: number | null }[] = []
          let now = at
          for (const { pauseMs, group, echo } of steps) {
            now += pauseMs
            for (const reply of sent) reply.answeredAt ??= now
            const verdict = judgeAutoReply(
              { ...wish, windowMs: windowHours * hour },
              message({ receivedAt: now, content: text(echo ? wish.text : `Hello ${now}`) }),
              sent.map((reply) => ({ ...reply, text: wish.text, sameConversation: reply.group === group })),
            )
            if (verdict === 'send') sent.push({ group, at: now, answeredAt: null })
          }
          const windowMs = Math.max(windowHours * hour, autoReplyWindowMs)
          return sent.every(
            ({ at: from }) =>
              sent.filter((r) => r.at >= from && r.at < from + windowMs).length <= mostPerSender,
          )
        },
      ),
    )
    t.pass('never more than three in a window')
  })
})

t.test('canned replies', async (t) => {
  const facts = {
    'agent.name': 'Alice Adams',
    'group.name': 'Support',
    'customer.name': 'Eve',
    'customer.number': '+19542788086',
    did: '+16313808000',
  }
  const rendered: readonly [string, string][] = [
    ['Hello {customer.name}, this is {agent.name}.', 'Hello Eve, this is Alice Adams.'],
    ['{group.name}: {did} → {customer.number}', 'Support: +16313808000 → +19542788086'],
    ['{ customer.name }', 'Eve'],
    ['no variables', 'no variables'],
    ['{{did}}', '{did}'],
    ['{{{did}}}', '{+16313808000}'],
    ['Prices: {{ and }}', 'Prices: { and }'],
    ['a } alone', 'a } alone'],
    ['', ''],
  ]
  for (const [source, result] of rendered) {
    t.ok(parseCannedText(source).ok, source)
    t.equal(renderCannedText(source, facts), result, source)
  }
  const refused: readonly [string, string, number][] = [
    ['Hello {customer.nme}', '{customer.nme}', 7],
    ['{}', '{}', 1],
    ['Hello {', '{', 7],
    ['Hello {customer.name', '{', 7],
    ['{did} {Agent.Name}', '{Agent.Name}', 7],
    ['{{{x}', '{x}', 3],
  ]
  for (const [source, variable, position] of refused) {
    t.same(
      parseCannedText(source),
      { ok: false, failure: { code: 'unknown-variable', variable, position } },
      source,
    )
    t.match(failureSentence({ code: 'unknown-variable', variable, position }), `at character ${position}`)
  }
  const odd = { ...facts, 'customer.name': '{agent.name} {{' }
  t.equal(
    renderCannedText('{customer.name}', odd),
    '{agent.name} {{',
    'what a customer is called is no template',
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...cannedVariables), fc.constantFrom('a', ' ', '{{', '}}'))),
      (parts) => {
        const source = parts.map((part) => (part in facts ? `{${part}}` : part)).join('')
        return parseCannedText(source).ok
      },
    ),
  )
})
