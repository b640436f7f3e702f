import { Registry } from 'prom-client'
import { expect, onTestFinished } from 'vitest'
import { z } from 'zod'
import { kubernetesEvents } from '../../../core/api/kubernetes-events.ts'
import type { MadeObject } from '../../../core/flink/kubernetes/objects.fixture.ts'
import { manualClock } from '../../../core/kit/clock.ts'
import { createLog } from '../../../core/kit/log.ts'
import { createScope } from '../../../core/kit/scope.ts'
import type { FlinkEvent } from '../../../core/model/events.ts'
import { type ClusterConfig, KubernetesConfig, kubernetesKinds } from '../../config.ts'
import { madeApiServer } from './api-server.fixture.ts'
import { startKubernetes } from './start.ts'

/** When everything happens: the clock stands still. */
export const NOW = Date.parse('2026-03-01T11:00:00Z')

const Wire = z.discriminatedUnion('type', kubernetesEvents)

type Kind = (typeof kubernetesKinds)[number]

export interface WorldOptions {
  readonly kinds?: readonly Kind[]
  /** Kinds whose requests are refused from the start, with this status. */
  readonly refused?: Readonly<Partial<Record<Kind, number>>>
  readonly config?: Readonly<Record<string, unknown>>
  readonly clusters?: readonly ClusterConfig[]
  /** Objects per page of a list. */
  readonly pageSize?: number
}

/** An agent that looks at an API server in which there are these objects. Waits never take time: random is 0. */
export async function lookAt(objects: readonly MadeObject[], options: WorldOptions = {}) {
  const { kinds = kubernetesKinds, refused = {}, config = {}, clusters = [] } = options
  const server = await madeApiServer()
  onTestFinished(() => server.close())
  for (const object of objects) server.put(object)
  for (const [kind, code] of Object.entries(refused)) server.refuse(kind, code)
  if (options.pageSize !== undefined) server.pagesOf(options.pageSize)

  const clock = manualClock(NOW)
  const lines: string[] = []
  const registry = new Registry()
  const log = createLog({ level: 'warn', format: 'text', write: (line) => lines.push(line), clock })
  const told: FlinkEvent[] = []
  const scope = createScope('agent')
  // Nobody may be left behind who still waits for something.
  onTestFinished(async () => expect(await scope.close(5_000)).toEqual([]))
  await startKubernetes(
    KubernetesConfig.parse({ server: server.url, kinds, ...config }),
    clusters,
    {
      ship: (payload) => {
        if (payload.kind === 'events') told.push(...payload.events)
      },
      ...{ clock, log, registry, random: () => 0 },
    },
    scope,
  )

  /**
   * What was told until now. Each watch is ended by the server and has to come back: by then everything that
   * was on its way has been read, and only that.
   */
  const tidings = async (
    of: readonly string[] = kinds.filter((kind) => !(kind in refused)),
  ): Promise<FlinkEvent[]> => {
    for (const kind of of) {
      await server.until(() => server.isWatched(kind))
      const count = () => server.asked.filter((what) => what === `watch ${kind}`).length
      const before = count()
      server.end(kind)
      await server.until(() => count() > before && server.isWatched(kind))
    }
    // What is told must pass the door.
    return told.splice(0).map((event) => Wire.parse(event))
  }
  return { server, clock, lines, registry, scope, tidings }
}

type ApiServer = Awaited<ReturnType<typeof madeApiServer>>

/** A sentence, what there is at first, what happens then, and what that tells. */
export type Scenario = readonly [
  sentence: string,
  before: readonly MadeObject[],
  act: (on: ApiServer) => void,
  tells: readonly FlinkEvent[],
]

/** What is told of what happens, without what there was at first. */
export async function toldOf([, before, act]: Scenario): Promise<readonly FlinkEvent[]> {
  const { server, tidings } = await lookAt(before)
  await tidings()
  act(server)
  return tidings()
}
