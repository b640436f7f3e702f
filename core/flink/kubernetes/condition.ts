import { z } from 'zod'
import type { KubernetesCondition } from '../../model/kubernetes.ts'
import { message, optionalText, present, short, timestamp } from './object.ts'

/** PodCondition and NodeCondition (core/v1); their heartbeats are left out, as they are no change. */
export const Conditions = z
  .array(
    z.object({
      type: z.string(),
      status: z.enum(['True', 'False', 'Unknown']).catch('Unknown'),
      reason: optionalText,
      message: optionalText,
      lastTransitionTime: timestamp,
    }),
  )
  .nullish()
  .transform((list) => list ?? [])
type Conditions = z.output<typeof Conditions>

export function conditionsOf(
  list: Conditions,
  isTold: (condition: Conditions[number]) => boolean,
): readonly KubernetesCondition[] {
  return list.filter(isTold).map((condition) => ({
    type: short(condition.type),
    status: condition.status,
    ...present({
      reason: condition.reason && short(condition.reason),
      message: condition.message && message(condition.message),
      since: condition.lastTransitionTime,
    }),
  }))
}
