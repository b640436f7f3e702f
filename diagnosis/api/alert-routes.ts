import { type Context, Hono } from 'hono'
import type {
  DeliveriesPage,
  JournalPage,
  Me,
  MessageSent,
  SilencesPage,
} from '../../core/api/alerts.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { problem } from '../../core/kit/http.ts'
import type { AlertDesk } from '../alerts/desk.ts'
import type { Match } from '../alerts/match.ts'
import { silenceBody, targetBody } from './alert-bodies.ts'
import { alertsPage, deliveryView, seesDelivery, silenceView, targetsPage } from './alert-views.ts'
import { badRequest, notFound, paramsOf } from './answers.ts'
import { bodyOf } from './body.ts'
import { type Caller, callerOf, isScoped, scopeText, seesPattern, whoText } from './caller.ts'
import { needs, wholeScope } from './guard.ts'
import { alertsParams, cursorOf, deliveriesParams, pageParams } from './params.ts'

/** More hooks than these nobody looks after. */
const MOST_PAGE_TARGETS = 50

/** What is told to whom, and what people may change of it; mounted at /api/v1/alerts. */
export function alertRoutes(desk: AlertDesk, clock: Clock): Hono {
  const app = new Hono()
  const byId = (id: string) => desk.settings.silences().find((one) => one.id === id)

  app.get('/', (context) => {
    const params = paramsOf(context, alertsParams)
    if (params instanceof Response) return params
    return context.json(alertsPage(desk, callerOf(context), clock.now(), params.limit))
  })

  app.get('/silences', (context) => {
    const now = clock.now()
    const caller = callerOf(context)
    const items = desk.settings
      .silences()
      .filter(({ match }) => concerns(caller, match))
      .map((one) => silenceView(one, desk, now))
      .sort((a, b) => b.endsAt - a.endsAt)
    return context.json({ items } satisfies SilencesPage)
  })

  app.post('/silences', needs('operator'), async (context) => {
    const now = clock.now()
    const body = await bodyOf(context, silenceBody(now))
    if (body instanceof Response) return body
    const caller = callerOf(context)
    const refusal = beyondScope(caller, body.match)
    if (refusal) return refusal
    const silence = await desk.silence(body, caller)
    return context.json(silenceView(silence, desk, now), 201)
  })

  app.delete('/silences/:id', needs('operator'), async (context) => {
    const caller = callerOf(context)
    const silence = byId(context.req.param('id'))
    if (!silence || !concerns(caller, silence.match)) return notFound('There is no such silence.')
    const refusal = beyondScope(caller, silence.match)
    if (refusal) return refusal
    const now = clock.now()
    const ended = silence.endsAt > now ? await desk.endSilence(silence, caller) : silence
    return context.json(silenceView(ended, desk, now))
  })

  app.get('/deliveries', async (context) => {
    const params = paramsOf(context, deliveriesParams)
    if (params instanceof Response) return params
    const caller = callerOf(context)
    const { limit, cursor, state } = params
    const page = await desk.deliveries({ limit, after: cursor, onlyDead: state === 'dead' })
    const last = page.length === limit ? page.at(-1) : undefined
    const items = page.filter((one) => seesDelivery(caller, one)).map(deliveryView)
    return context.json({ items, next: cursorOf(last) } satisfies DeliveriesPage)
  })

  app.post('/deliveries/:id/again', needs('operator'), async (context) => {
    const id = context.req.param('id')
    const [delivery] = await desk.deliveries({ limit: 1, id })
    const caller = callerOf(context)
    if (!delivery || !seesDelivery(caller, delivery)) return notFound('There is no such message.')
    await desk.again(delivery, caller)
    return context.json({ id } satisfies MessageSent, 202)
  })

  app.get('/targets', (context) => context.json(targetsPage(desk)))

  app.post('/targets', needs('admin'), async (context) => {
    const body = await bodyOf(context, targetBody)
    if (body instanceof Response) return body
    const caller = callerOf(context)
    const refusal = beyondScope(caller, body.match)
    if (refusal) return refusal
    const problemOf = nameProblem(desk, body.name)
    if (problemOf) return badRequest([{ parameter: 'name', problem: problemOf }])
    await desk.addTarget(body, caller)
    return context.json(targetsPage(desk), 201)
  })

  app.delete('/targets/:name', needs('admin'), async (context) => {
    const name = context.req.param('name')
    const target = desk.settings.targets().find((one) => one.name === name)
    if (!target) return notFound(`No target "${name}" was made on the page.`)
    const refusal = beyondScope(callerOf(context), target.match)
    if (refusal) return refusal
    await desk.removeTarget(name, callerOf(context))
    return context.json(targetsPage(desk))
  })

  app.post('/targets/:name/test', needs('operator'), async (context) => {
    const name = context.req.param('name')
    if (!targetsPage(desk).targets.some((one) => one.name === name)) {
      return notFound(`There is no target "${name}".`)
    }
    const id = await desk.test(name, callerOf(context))
    return context.json({ id } satisfies MessageSent, 202)
  })
  return app
}

/** Who changed what; mounted at /api/v1/journal. */
export function journalRoutes(desk: AlertDesk): Hono {
  const app = new Hono()
  app.get('/', needs('admin'), wholeScope, async (context) => {
    const params = paramsOf(context, pageParams)
    if (params instanceof Response) return params
    const items = await desk.journal({ limit: params.limit, after: params.cursor })
    const last = items.length === params.limit ? items.at(-1) : undefined
    return context.json({ items, next: cursorOf(last) } satisfies JournalPage)
  })
  return app
}

/** `GET /api/v1/me` */
export function me(context: Context): Response {
  const { name, role, clusters, namespaces } = callerOf(context)
  const body: Me = { name, role, clusters: clusters ?? null, namespaces: namespaces ?? null }
  return context.json(body)
}

/** Whether jobs that one may see can be meant. */
function concerns(caller: Caller, { jobs }: Match): boolean {
  return jobs === undefined || jobs.some((pattern) => seesPattern(caller, pattern))
}

/** The answer to somebody who wants to change what others are told. */
function beyondScope(caller: Caller, { jobs }: Match): Response | undefined {
  if (!isScoped(caller) || jobs?.every((pattern) => seesPattern(caller, pattern))) return undefined
  const detail = `${whoText(caller)} is for ${scopeText(caller)}; name jobs within it in match.jobs.`
  return problem(403, { detail, code: 'scope' })
}

function nameProblem({ config, settings, routes }: AlertDesk, name: string): string | undefined {
  if (Object.hasOwn(config.targets, name)) return 'is the name of a target of the configuration'
  const known = settings.targets()
  if (known.some((one) => one.name === name)) return undefined
  if (routes().some((route) => route.name === name)) return 'is the name of a route'
  return known.length >= MOST_PAGE_TARGETS
    ? `would be one more than ${MOST_PAGE_TARGETS}; remove one first`
    : undefined
}
