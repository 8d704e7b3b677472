import type { FastifyRequest, onRouteHookHandler, RouteHandlerMethod } from 'fastify'
import type { Viewer } from '../../app/people/access.ts'
import type { Act, AuditActor } from '../../app/ports/audit.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import { asGroupNumber, asRuleId, type GroupKind } from '../../domain/ids.ts'
import { findRule } from '../../domain/rules/rules.ts'
import { isForAdministrators } from '../../domain/scopes.ts'
import { viewerOf } from './authentication.ts'
import { readingMethods } from './declared-access.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the log of administrative acts says of it; false where there is nothing to say. */
    audit?: AuditedRoute | false
  }
}

export interface AuditDeps {
  readonly store: Store
  readonly pbx: Pbx
}

/** What an act is, from its request as it was checked. */
export type AuditedRoute = (
  request: FastifyRequest,
  deps: AuditDeps,
) => Pick<Act, 'act' | 'target' | 'sentence' | 'before' | 'after'>

type Fields = Readonly<Record<string, unknown>>
const paramsOf = (request: FastifyRequest) => request.params as Readonly<Record<string, string>>
const bodyOf = (request: FastifyRequest) => (request.body ?? {}) as Fields
const fieldOf = (name: string) => (result: unknown) =>
  typeof result === 'object' && result !== null ? (result as Fields)[name] : null

const carrierOf = (request: FastifyRequest, { store }: AuditDeps) =>
  store.carriers().find(({ id }) => id === paramsOf(request).id)

/** To whom a conversation goes; null is whomever the group's strategy finds. */
const receiverOf = (request: FastifyRequest): string => {
  const { to } = bodyOf(request)
  return typeof to === 'string' ? to : 'whomever the strategy finds'
}

/** Acts that have words of their own. Other changes that are for administrators alone are told by their route's summary. */
const acts: Readonly<Record<string, AuditedRoute>> = {
  'PUT /api/v1/rules/:id': (request, { store }) => {
    const { id = '' } = paramsOf(request)
    const before = findRule(store.ruleSet(), asRuleId(id)) ?? null
    return {
      act: 'rule.save',
      target: `rule/${id}`,
      sentence: `${before === null ? 'Created' : 'Changed'} the rule “${String(bodyOf(request).name)}”.`,
      before: () => before,
      after: fieldOf('rule'),
    }
  },
  'DELETE /api/v1/rules/:id': (request, { store }) => {
    const { id = '' } = paramsOf(request)
    const before = findRule(store.ruleSet(), asRuleId(id)) ?? null
    return {
      act: 'rule.delete',
      target: `rule/${id}`,
      sentence: `Deleted the rule “${before?.name ?? id}”.`,
      before: () => before,
    }
  },
  'POST /api/v1/rules/order': (request, { store }) => {
    const before = store.ruleSet().rules.map(({ id }) => id)
    return {
      act: 'rule.order',
      target: 'rules',
      sentence: 'Put the rules into another order.',
      before: () => before,
      after: () => bodyOf(request).ids,
    }
  },
  'PUT /api/v1/carriers/:id': (request, { store }) => {
    const { id = '' } = paramsOf(request)
    const known = store.carriers().find((carrier) => carrier.id === id)
    const { secrets: given, ...after } = bodyOf(request)
    const { secrets: _secrets, id: _id, ...before } = known ?? { secrets: null, id: null }
    const renewed = given === undefined ? '' : ` New secrets: ${Object.keys(given as Fields).join(', ')}.`
    return {
      act: 'carrier.save',
      target: `carrier/${id}`,
      sentence: `${known === undefined ? 'Added' : 'Changed'} the carrier “${String(after.name)}”.${renewed}`,
      before: () => (known === undefined ? null : before),
      after: () => after,
    }
  },
  'DELETE /api/v1/carriers/:id': (request, deps) => {
    const { id = '' } = paramsOf(request)
    const { secrets: _secrets, ...before } = carrierOf(request, deps) ?? { secrets: null, name: id }
    return {
      act: 'carrier.delete',
      target: `carrier/${id}`,
      sentence: `Deleted the carrier “${before.name}”.`,
      before: () => before,
    }
  },
  'POST /api/v1/carriers/:id/rotate-keys': (request, deps) => {
    const { id = '' } = paramsOf(request)
    const { secrets } = bodyOf(request)
    return {
      act: 'carrier.rotate-keys',
      target: `carrier/${id}`,
      sentence: `Replaced keys of the carrier “${carrierOf(request, deps)?.name ?? id}”: ${Object.keys(secrets as Fields).join(', ')}.`,
    }
  },
  'DELETE /api/v1/carriers/:id/previous-keys': (request, deps) => {
    const { id = '' } = paramsOf(request)
    return {
      act: 'carrier.drop-keys',
      target: `carrier/${id}`,
      sentence: `Dropped the replaced keys of the carrier “${carrierOf(request, deps)?.name ?? id}”.`,
    }
  },
  'POST /api/v1/carriers/:id/test': (request) => {
    const { id = '' } = paramsOf(request)
    return { act: 'carrier.test', target: `carrier/${id}`, sentence: `Tried the carrier ${id}.` }
  },
  'GET /api/v1/carriers/:id/raw-events/:n': (request) => {
    const { id = '', n = '' } = paramsOf(request)
    return {
      act: 'carrier.read-raw',
      target: `carrier/${id}/raw-event/${n}`,
      sentence: `Read a call of the carrier ${id} that could not be understood, words and all.`,
    }
  },
  'PUT /api/v1/groups/:kind/:number/settings': (request, { store, pbx }) => {
    const { kind = '', number = '' } = paramsOf(request)
    const { pbxId } = pbx.snapshot().directory
    const before = store.groupSettings({
      pbxId,
      kind: kind as GroupKind,
      number: asGroupNumber(number),
    }).settings
    return {
      act: 'group.settings',
      target: `group/${kind}/${number}`,
      sentence: `Changed the settings of ${kind} ${number}.`,
      before: () => before,
      after: (result) => fieldOf('settings')(fieldOf('value')(result)),
    }
  },
  'PUT /api/v1/agents/:extension/status': (request) => {
    const { extension = '' } = paramsOf(request)
    const { state } = bodyOf(request)
    return {
      act: 'agent.status',
      target: `person/${extension}`,
      sentence: `Said that ${extension} is ${state === 'away' ? 'away' : 'there'} for messages.`,
      after: () => request.body,
    }
  },
  'POST /api/v1/conversations/:id/reassign': (request) => {
    const { id = '' } = paramsOf(request)
    return {
      act: 'conversation.reassign',
      target: `conversation/${id}`,
      sentence: `Gave a conversation to ${receiverOf(request)}.`,
      after: () => ({ to: bodyOf(request).to }),
    }
  },
  'POST /api/v1/conversations/reassign': (request) => {
    const { from, ids, to } = bodyOf(request)
    return {
      act: 'conversation.reassign-many',
      target: typeof from === 'string' ? `person/${from}` : 'conversations',
      sentence: `Gave conversations${typeof from === 'string' ? ` of ${from}` : ''} to ${receiverOf(request)}.`,
      after: () => ({ ids: ids ?? null, to }),
    }
  },
  'PUT /api/v1/canned-replies/:id': (request, { store }) => {
    const { id = '' } = paramsOf(request)
    const before = store.cannedReplies().find((reply) => reply.id === id) ?? null
    return {
      act: 'canned-reply.save',
      target: `canned-reply/${id}`,
      sentence: `${before === null ? 'Wrote' : 'Changed'} the canned reply /${String(bodyOf(request).shortcut)}.`,
      before: () => before,
      after: fieldOf('value'),
    }
  },
  'DELETE /api/v1/canned-replies/:id': (request, { store }) => {
    const { id = '' } = paramsOf(request)
    const before = store.cannedReplies().find((reply) => reply.id === id) ?? null
    return {
      act: 'canned-reply.delete',
      target: `canned-reply/${id}`,
      sentence: `Deleted the canned reply /${before?.shortcut ?? id}.`,
      before: () => before,
    }
  },
  'PUT /api/v1/opt-outs': (request) => {
    const { customer, did, optedOut } = bodyOf(request)
    const what = optedOut === true ? 'Opted' : 'Allowed messages to'
    return {
      act: optedOut === true ? 'opt-out.set' : 'opt-out.clear',
      target: `customer/${String(customer)}`,
      sentence: `${what} ${String(customer)} ${optedOut === true ? 'out of' : 'from'} ${String(did)}.`,
      after: () => ({ did, optedOut }),
    }
  },
  'POST /api/v1/unrouted/:id/route': (request) => ({
    act: 'unrouted.route',
    target: `message/${paramsOf(request).id ?? ''}`,
    sentence: 'Sent an unrouted message on.',
  }),
  'POST /api/v1/unrouted/route-matching': () => ({
    act: 'unrouted.route-matching',
    target: 'unrouted',
    sentence: 'Applied the rules to all unrouted messages.',
  }),
}

/**
 * Writes administrators' acts into the log: wraps the handlers of routes as they are registered, so that a route
 * added tomorrow is not forgotten.
 */
export function auditRoutes(deps: AuditDeps): onRouteHookHandler {
  return (route) => {
    const [method = ''] = [route.method].flat()
    const told = route.config?.audit ?? acts[`${method} ${route.url}`]
    if (told === false || (told === undefined && readingMethods.includes(method))) return
    const summary = String((route.schema as { summary?: unknown } | undefined)?.summary ?? route.url)
    route.handler = audited(route.handler, told ?? null, { method, summary }, deps)
  }
}

function audited(
  handler: RouteHandlerMethod,
  told: AuditedRoute | null,
  words: { readonly method: string; readonly summary: string },
  deps: AuditDeps,
): RouteHandlerMethod {
  return async function (request, reply) {
    // Not known when the route was registered: its plugin declares the scope after this looked at it.
    const { scope } = request.routeOptions.config
    const area = scope !== undefined && isForAdministrators(scope) && scope.endsWith(':write') ? scope : null
    if (told === null && area === null) return handler.call(this, request, reply)
    const describe = told ?? byItsSummary(area?.split(':')[0] ?? '', words)
    const act: Act = { actor: actorOf(viewerOf(request), deps.pbx), ...describe(request, deps) }
    if (readingMethods.includes(words.method)) {
      // Asking is the act, and it is on disk before an answer begins to leave.
      await deps.store.audit.append(act)
      return handler.call(this, request, reply)
    }
    const { value, worked } = await deps.store.audit.acting(act, async () =>
      handler.call(this, request, reply),
    )
    if (!worked && reply.statusCode < 400) await deps.store.audit.append(act)
    return value
  }
}

const verbs: Readonly<Record<string, string>> = { PUT: 'save', PATCH: 'change', DELETE: 'delete', POST: 'do' }

const byItsSummary =
  (area: string, { method, summary }: { readonly method: string; readonly summary: string }): AuditedRoute =>
  (request) => {
    const names = Object.values(paramsOf(request))
    return {
      act: `${area}.${verbs[method] ?? 'look'}`,
      target: [area, ...names].join('/'),
      sentence: `${summary}${names.length === 0 ? '' : ` (${names.join(', ')})`}.`,
    }
  }

/** Who acts, by the name he has now. */
export function actorOf(viewer: Viewer, pbx: Pbx): AuditActor {
  if (viewer.scopes !== undefined)
    return { kind: 'api-key', id: viewer.sessionId.replace(/^key:/, ''), name: viewer.keyName ?? 'API key' }
  const { extension, sessionId } = viewer
  const known = extension === null ? undefined : pbx.snapshot().directory.extensions.get(extension)
  return { kind: 'person', id: extension ?? sessionId, name: known?.name ?? extension ?? 'Administrator' }
}
