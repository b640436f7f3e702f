import { z } from 'zod'
import { Requirements } from '../../core/flink/rest/requirements.ts'

/** One vertex that gets another size. */
export const Resize = z.object({
  vertex: z.string(),
  name: z.string(),
  from: z.int(),
  to: z.int(),
  /** Key of the finding that it answers. */
  cause: z.string(),
  /** Busy share that was foretold. */
  busy: z.object({ to: z.number(), low: z.number(), high: z.number().nullable() }).optional(),
})
export type Resize = Readonly<z.output<typeof Resize>>

/** What a way wrote, and what stood there before: enough to see who wrote last, and to take it back. */
export const Written = z.discriminatedUnion('way', [
  z.object({ way: z.literal('rest'), before: Requirements, after: Requirements }),
  z.object({
    way: z.literal('deployment'),
    /** The value of `pipeline.jobvertex-parallelism-overrides`; null where there was none. */
    before: z.string().nullable(),
    after: z.string(),
  }),
])
export type Written = z.output<typeof Written>

/** How far a change has come. Each state says since when, and each that was decided says why. */
export const State = z.discriminatedUnion('kind', [
  /** Written down; whether it was carried out is not known yet. */
  z.object({ kind: z.literal('intended'), at: z.int() }),
  /** Carried out; the new size has not been seen yet. */
  z.object({ kind: z.literal('applied'), at: z.int() }),
  /** The new size runs; what it brings has to show. */
  z.object({ kind: z.literal('settling'), at: z.int(), effectAt: z.int() }),
  /** It is to be taken back; whether it was is not known yet. */
  z.object({ kind: z.literal('taking-back'), at: z.int(), reason: z.string() }),
  z.object({ kind: z.literal('verified'), at: z.int(), sentence: z.string() }),
  /** It stands, but whether it is better could not be told. */
  z.object({ kind: z.literal('unproven'), at: z.int(), reason: z.string() }),
  z.object({ kind: z.literal('taken-back'), at: z.int(), reason: z.string() }),
  /** Somebody else decides now: the size was changed, or the job ended. */
  z.object({ kind: z.literal('left'), at: z.int(), reason: z.string() }),
  /** It was never carried out. */
  z.object({ kind: z.literal('failed'), at: z.int(), reason: z.string() }),
])
export type State = Readonly<z.output<typeof State>>
export type StateKind = State['kind']

export const Application = z.object({
  id: z.string(),
  job: z.string(),
  run: z.string(),
  at: z.int(),
  resized: z.array(Resize).min(1),
  /** How the job was when this was decided. */
  before: z.object({
    score: z.number().nullable(),
    recordsPerSecond: z.number().nullable(),
    /** Longest distance of its last completed checkpoints; null where fewer than two are known. */
    checkpointEveryMs: z.number().nullable(),
  }),
  written: Written,
  state: State,
})
export type Application = Readonly<z.output<typeof Application>>

export const OPEN_STATES: readonly StateKind[] = ['intended', 'applied', 'settling', 'taking-back']

export const isOpen = ({ state }: Application): boolean => OPEN_STATES.includes(state.kind)

/** Whether it may have restarted the job. */
export const touchedJob = ({ state }: Application): boolean => state.kind !== 'failed'

/** `Check stock 1 → 3, Enrich 2 → 4` */
export function changeText(resized: readonly Pick<Resize, 'name' | 'from' | 'to'>[]): string {
  return resized.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(', ')
}
