import { z } from 'zod'
import { redactText } from '../../kit/redact.ts'

/** Epoch ms of a timestamp of Kubernetes; `null`, nonsense and the zero time of Go are absent. */
export const timestamp = z
  .string()
  .nullish()
  .transform((text) => {
    const at = text ? Date.parse(text) : Number.NaN
    return at > 0 ? at : undefined
  })

/** A text that may be missing or empty, which is the same in Kubernetes. */
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => text || undefined)

export const count = z
  .number()
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? 0)

/** ObjectMeta (meta/v1), as far as we look at it. */
export const Metadata = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().int().optional(),
  creationTimestamp: timestamp,
  deletionTimestamp: timestamp,
  labels: z.record(z.string(), z.string()).nullish(),
  ownerReferences: z
    .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() }))
    .nullish(),
})

/** What every object that can be watched has. */
export const KubernetesObject = z.object({ metadata: Metadata })
export type KubernetesObject = z.output<typeof KubernetesObject>

const WORD_LIMIT = 1_000
const MESSAGE_LIMIT = 2_000

/** A name or reason, of a length that a batch takes. */
export function short(text: string): string {
  return text.slice(0, WORD_LIMIT)
}

/** What somebody wrote for people: without credentials, and at no length. */
export function message(text: string): string {
  return redactText(text.slice(0, MESSAGE_LIMIT))
}

/** The entries that have a value: what is absent is an absent key. */
export function present<T extends object>(
  entries: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Entries without a value are left out, which is what the type says.
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
