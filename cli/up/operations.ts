import { join } from 'node:path'
import type { Registry } from 'prom-client'
import type { Clock } from '../../core/kit/clock.ts'
import type { Log } from '../../core/kit/log.ts'
import type { Scope } from '../../core/kit/scope.ts'
import { openOperations } from '../../operations/start.ts'
import { printableWhole } from '../answer-text.ts'
import type { WeirConfig } from '../config.ts'
import type { Io } from '../io.ts'

/** Advice is carried out only where the configuration says so: with this page's advice, at these clusters. */
export async function carryOut(
  io: Io,
  data: string | undefined,
  { operations }: WeirConfig,
  deps: {
    readonly url: string
    readonly clusters: readonly {
      readonly name?: string | undefined
      readonly url?: string | undefined
    }[]
    readonly clock: Clock
    readonly log: Log
    readonly registry: Registry
  },
  scope: Scope,
): Promise<void> {
  if (!operations) return
  const named = deps.clusters.flatMap(({ name, url }) =>
    url === undefined ? [] : [{ name: name ?? new URL(url).host, url }],
  )
  const own = operations.clusters.map(({ name }) => name)
  const clusters = [...operations.clusters, ...named.filter(({ name }) => !own.includes(name))]
  const folder = operations.folder ?? (data === undefined ? undefined : join(data, 'operations'))
  const { url, ...kit } = deps
  const part = await openOperations(
    { ...operations, clusters, folder, diagnosis: operations.diagnosis ?? { url } },
    { ...kit, say: (line) => io.out(`${printableWhole(line)}\n`) },
    scope,
  )
  io.out(`Operations is at ${await part.run()}/api/v1/operations\n`)
}
