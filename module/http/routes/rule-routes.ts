import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Clock } from '../../app/ports/ambient.ts'
import type { AddressReader } from '../../app/ports/carriers.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import type { RuleReceipt } from '../../app/ports/store-requests.ts'
import { checkRules } from '../../app/routing/check-rules.ts'
import type { SimulateRouting } from '../../app/routing/simulate-routing.ts'
import {
  RuleBodySchema,
  RuleFindingListSchema,
  RuleListSchema,
  RuleOrderBodySchema,
  RuleSchema,
  SenderExamplesBodySchema,
  SenderExamplesSchema,
} from '../../contract/api/rules.ts'
import { SimulationBodySchema, SimulationSchema } from '../../contract/api/simulation.ts'
import { asCarrierId, asExtension, asRuleId } from '../../domain/ids.ts'
import { addressOfKey } from '../../domain/message/address.ts'
import { findRule } from '../../domain/rules/rules.ts'
import { senderExamples } from '../../domain/rules/sender-examples.ts'
import { parseSenderMask, senderMaskText } from '../../domain/rules/sender-mask.ts'
import { declareAccess } from '../access/declared-access.ts'
import { problem, sendFailure, sendProblem } from '../wire/problem.ts'
import { findingWire, ruleDraft, ruleWire, simulationWire, UnreadableRule } from '../wire/rule-wire.ts'

export interface RuleRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly simulate: SimulateRouting
  readonly readAddress: AddressReader
  readonly clock: Clock
}

const Id = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }) })
const Version = Type.Object({ version: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })) })

/** Message rules: reading and changing them, what is wrong with them, and what they would do. */
export const ruleRoutes: FastifyPluginAsyncTypebox<RuleRoutesDeps> = async (app, deps) => {
  const { store, pbx, readAddress, simulate } = deps
  declareAccess(app, 'rules')

  app.get(
    '/rules',
    { schema: { summary: 'Message rules in their order', response: { 200: RuleListSchema } } },
    async () => ruleList(),
  )

  app.put(
    '/rules/:id',
    {
      schema: {
        summary: 'Create a rule, or change the version of it that you saw',
        params: Id,
        body: RuleBodySchema,
        response: { 200: RuleSchema },
      },
    },
    async (request, reply) => {
      const id = asRuleId(request.params.id)
      const { rules } = store.ruleSet()
      const position =
        request.body.position ??
        findRule(store.ruleSet(), id)?.position ??
        Math.max(-1, ...rules.map((rule) => rule.position)) + 1
      const { directory } = pbx.snapshot()
      try {
        const draft = ruleDraft(request.body, { id, position, pbxId: directory.pbxId }, readAddress)
        const receipt = await store.saveRule(draft, request.body.version ?? null)
        return receipt.kind === 'saved' ? ruleWire(receipt.rule, directory) : sendStale(reply, receipt)
      } catch (error) {
        if (!(error instanceof UnreadableRule)) throw error
        const { path, position: at, message } = error
        return sendProblem(reply, {
          ...problem(400, 'invalid-rule', 'Not understood', `${path}, character ${at + 1}: ${message}`),
          path,
          position: at + 1,
        })
      }
    },
  )

  app.delete(
    '/rules/:id',
    {
      schema: {
        summary: 'Delete a rule; with a version, only that version of it',
        params: Id,
        querystring: Version,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { version } = request.query
      const receipt = await store.deleteRule(
        asRuleId(request.params.id),
        version === undefined ? undefined : Number(version),
      )
      if (receipt === 'deleted') return reply.code(204).send(null)
      if (receipt.kind === 'stale' && receipt.current !== null) return sendStale(reply, receipt)
      return sendFailure(reply, { code: 'not-found', what: 'rule' })
    },
  )

  app.post(
    '/rules/order',
    {
      schema: {
        summary: 'Put all rules into this order',
        body: RuleOrderBodySchema,
        response: { 200: RuleListSchema },
      },
    },
    async (request, reply) => {
      const { ids, version } = request.body
      if (await store.orderRules(ids.map(asRuleId), version)) return ruleList()
      return sendProblem(reply, {
        ...problem(
          409,
          'stale-rules',
          'Not done',
          'The rules changed meanwhile, or not every one of them is in this order. Look at them again.',
        ),
        current: store.ruleSet().version,
      })
    },
  )

  app.get(
    '/rules/lint',
    { schema: { summary: 'What is wrong with the rules', response: { 200: RuleFindingListSchema } } },
    async () => ({ version: store.ruleSet().version, items: checkRules(deps).map(findingWire) }),
  )

  app.post(
    '/rules/simulate',
    {
      schema: {
        summary: 'What would become of a message, and why; changes nothing',
        body: SimulationBodySchema,
        response: { 200: SimulationSchema },
      },
      config: { scope: 'rules:read' },
    },
    async (request) => {
      const { did, sender, channel, carrier, at, presence } = request.body
      const simulation = simulate({
        message: {
          did: addressOf(did),
          sender: addressOf(sender),
          channel,
          carrierId: carrier == null ? null : asCarrierId(carrier),
        },
        at: at === undefined ? deps.clock() : Date.parse(at),
        presence: (presence ?? []).map((each) => ({ ...each, extension: asExtension(each.extension) })),
      })
      return simulationWire(simulation, pbx.snapshot().directory)
    },
  )

  app.post(
    '/rules/sender-examples',
    {
      schema: {
        summary: 'What a sender mask would take and what not; changes nothing',
        body: SenderExamplesBodySchema,
        response: { 200: SenderExamplesSchema },
      },
      config: { scope: 'rules:read' },
    },
    async (request, reply) => {
      const mask = parseSenderMask(request.body.senders, readAddress)
      if (!mask.ok) {
        const { position, sentence } = mask.problem
        return sendProblem(reply, {
          ...problem(400, 'invalid-rule', 'Not understood', sentence),
          path: 'senders',
          position: position + 1,
        })
      }
      const { matches, misses } = senderExamples(mask.value)
      return {
        senders: senderMaskText(mask.value),
        matches: matches.map(({ value }) => value),
        misses: misses.map(({ value }) => value),
      }
    },
  )

  const ruleList = () => {
    const { version, rules } = store.ruleSet()
    const { directory } = pbx.snapshot()
    return { version, items: rules.map((rule) => ruleWire(rule, directory)) }
  }

  /** As a sender mask names them too: `whatsapp-user:US.1349…` beside what people write. */
  const addressOf = (text: string) =>
    /^(whatsapp-user|name|short-code):./.test(text) ? addressOfKey(text) : readAddress(text.trim())

  function sendStale(
    reply: FastifyReply,
    { current }: Extract<RuleReceipt, { kind: 'stale' }>,
  ): FastifyReply {
    const detail =
      current === null
        ? 'Somebody deleted this rule meanwhile. Create it anew if you still want it.'
        : `This rule is at version ${current.version} by now. Look at it again, and repeat what you still want.`
    return sendProblem(reply, {
      ...problem(409, 'stale-rule', 'Not saved', detail),
      ...(current === null ? {} : { current: current.version }),
      rule: current === null ? null : ruleWire(current, pbx.snapshot().directory),
    })
  }
}
