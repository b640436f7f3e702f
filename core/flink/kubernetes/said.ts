import { z } from 'zod'
import type { KubernetesSaidEvent } from '../../model/kubernetes.ts'
import { Metadata, message, optionalText, present, short, timestamp } from './object.ts'

/**
 * Event (core/v1), which also carries those of events.k8s.io: the old reporters fill `count` and the two
 * timestamps, the new ones `eventTime` and `series`.
 */
export const Said = z.object({
  metadata: Metadata,
  involvedObject: z.object({
    kind: z.string().default(''),
    name: z.string().default(''),
    namespace: optionalText,
    uid: optionalText,
  }),
  type: optionalText,
  reason: optionalText,
  message: optionalText,
  count: z.number().int().nullish(),
  firstTimestamp: timestamp,
  lastTimestamp: timestamp,
  eventTime: timestamp,
  series: z.object({ count: z.number().int().nullish(), lastObservedTime: timestamp }).nullish(),
  reportingComponent: optionalText,
  source: z.object({ component: optionalText }).nullish(),
})
export type Said = z.output<typeof Said>

/** Undefined when it does not say when. */
export function saidEvent(said: Said, cluster: string): KubernetesSaidEvent | undefined {
  const { metadata, involvedObject: object, series } = said
  const firstAt = said.firstTimestamp ?? said.eventTime ?? metadata.creationTimestamp
  const at = series?.lastObservedTime ?? said.lastTimestamp ?? firstAt
  if (at === undefined || firstAt === undefined) return undefined
  const reporter = said.reportingComponent ?? said.source?.component
  return {
    type: 'k8s-event',
    at,
    cluster,
    namespace: metadata.namespace,
    uid: metadata.uid,
    object: {
      kind: short(object.kind),
      name: short(object.name),
      ...present({ uid: object.uid && short(object.uid) }),
    },
    severity: said.type === 'Warning' ? 'warning' : 'normal',
    reason: short(said.reason ?? ''),
    message: message(said.message ?? ''),
    count: Math.max(1, series?.count ?? said.count ?? 1),
    firstAt,
    ...present({ reporter: reporter && short(reporter) }),
  }
}
