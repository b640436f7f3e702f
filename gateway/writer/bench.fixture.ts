import { Registry } from 'prom-client'
import type { Ack, Batch } from '../../core/api/batch.ts'
import type { Bus, BusRecord, Handler, Topic } from '../../core/bus/bus.ts'
import { EmbeddedBusConfig } from '../../core/bus/config.ts'
import { openEmbedded } from '../../core/bus/embedded.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import { createScope } from '../../core/kit/scope.ts'
import type { Store } from '../../core/store/open.ts'
import { intakeLimits } from '../config.ts'
import { gatewayEvents } from '../events.ts'
import { createIntake } from '../intake/intake.ts'
import { startWriter } from './writer.ts'

export interface Gateway {
  accept(batch: Batch): Promise<Ack>
  /** What the bus does when it is not sure that a record was taken. */
  redeliver(topic: Topic, records: readonly BusRecord[]): Promise<void>
  /** The value of a counter, its labels summed. */
  counted(metric: string): Promise<number>
  close(): Promise<void>
}

/** A whole gateway without HTTP: intake → embedded bus → writer → store. */
export async function openGateway(store: Store): Promise<Gateway> {
  const scope = createScope('test')
  const registry = new Registry()
  const events = gatewayEvents({ log: silentLog, registry })
  const handlers = new Map<Topic, Handler>()
  const embedded = openEmbedded(EmbeddedBusConfig.parse({ kind: 'embedded' }), {
    ...{ log: silentLog, clock: systemClock, signal: scope.signal },
  })
  const bus: Bus = {
    publish: (topic, records) => embedded.publish(topic, records),
    subscribe(topic, group, handle) {
      handlers.set(topic, handle)
      return embedded.subscribe(topic, group, handle)
    },
    close: () => embedded.close(),
  }
  await startWriter({ bus, store, events }, scope)
  const intake = createIntake({
    ...{ bus, events, clock: systemClock, limits: intakeLimits.parse({}) },
  })
  return {
    accept: (batch) => intake.accept(batch),
    redeliver: async (topic, records) => handlers.get(topic)?.(records),
    async counted(metric) {
      const values = (await registry.getSingleMetric(metric)?.get())?.values ?? []
      return values.reduce((sum, { value }) => sum + value, 0)
    },
    async close() {
      await scope.close(1_000)
      await bus.close()
    },
  }
}

export const recordOf = (batch: Batch): BusRecord => ({
  key: batch.agent,
  value: Buffer.from(JSON.stringify(batch)),
})

/** The same store, but inserts into one table fail so many times: before they begin, or after they are done. */
export function failing(
  store: Store,
  table: string,
  { times, when }: { readonly times: number; readonly when: 'before' | 'after' },
): Store {
  let left = times
  const around = async <T>(into: string, write: () => Promise<T>): Promise<T> => {
    const fails = into === table && left-- > 0
    if (fails && when === 'before') throw new Error('connection reset')
    const result = await write()
    if (fails) throw new Error('connection reset')
    return result
  }
  // Samples go as binary through `exec`, everything else through `insert`.
  const insert: Store['client']['insert'] = (params) =>
    around(params.table, () => store.client.insert(params))
  const exec: Store['client']['exec'] = (params) =>
    around(/INSERT INTO (\w+)/.exec(params.query)?.[1] ?? '', () => store.client.exec(params))
  const client = new Proxy(store.client, {
    get(target, name) {
      if (name === 'insert') return insert
      if (name === 'exec') return exec
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { ...store, client }
}
