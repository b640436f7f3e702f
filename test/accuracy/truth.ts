import { z } from 'zod'

/** What counts as right for a recording, from labels.json: the answer sheet the product never sees. */
export const Labels = z.record(
  z.string(),
  z.object({
    causes: z.array(z.string()),
    tolerated: z.array(z.string()),
    placed: z.boolean(),
    /** Recorded when the rules that it is about stood already: no rule was written or changed on it. */
    heldOut: z.boolean().default(false),
  }),
)

export const Truth = z.object({
  job_name: z.string(),
  begin: z.number(),
  phases: z.array(
    z.object({
      name: z.string(),
      from: z.number(),
      to: z.number(),
      truth: z.object({
        root_cause: z.string(),
        band: z.string().optional(),
        vertex: z.object({ name: z.string() }).optional(),
        needed_parallelism: z
          .record(z.string(), z.object({ at_100: z.number(), at_70: z.number() }))
          .optional(),
      }),
    }),
  ),
})
export type Truth = z.output<typeof Truth>

/** A finding may be late by the last window of its phase. */
const GRACE_MS = 10_000
/** A phase must be this old before a false finding counts; the first healthy one may be younger. */
export const SETTLED_MS = 60_000
const FIRST_SETTLED_MS = 30_000
export const AFTERWARDS = ['recovered', 'rescaled']
export const TOLERATED_AFTERWARDS = ['catching-up', 'taskmanager-lost', 'restart-loop']

export type Phase = Truth['phases'][number]

/** From when a finding in this phase counts as false. */
export function settledFrom(truth: Truth, phase: Phase): number {
  return phase.from + (phase === truth.phases[0] ? FIRST_SETTLED_MS : SETTLED_MS)
}

export const isSick = ({ truth }: Truth['phases'][number]) => truth.root_cause !== 'none'

export function phaseAt(truth: Truth, at: number) {
  return truth.phases.find((phase) => at >= phase.from && at < phase.to)
}

export function sickVertex(truth: Truth): string | undefined {
  return truth.phases.find(isSick)?.truth.vertex?.name
}

export function sickSince(truth: Truth): number {
  return truth.phases.find(isSick)?.from ?? truth.begin
}

export function isLabelled(truth: Truth, t: number): boolean {
  const at = truth.begin + t
  return truth.phases.some(
    (phase) => isSick(phase) && at >= phase.from && at <= phase.to + GRACE_MS,
  )
}
