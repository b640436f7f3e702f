import type { LogOrigin } from '../model/logs.ts'
import { lifeKey } from './whose.ts'

/** Something that happened to a log within a time: its lines, or a gap in them. */
export interface Stretch {
  readonly origin: LogOrigin
  /** Epoch ms. */
  readonly firstAt: number
  readonly lastAt: number
}

/** Who lived, where, and from when to when there is word of it. */
export interface LifeHead {
  readonly pod: string
  readonly podUid?: string
  readonly attempt: number
  readonly node: string
  readonly taskmanager?: string
  readonly firstAt: number
  readonly lastAt: number
}

/** Stretches by the life that they are of, in the order in which lives were met; `by` tells lives apart. */
export function byLife<S extends Stretch>(
  stretches: readonly S[],
  by: (origin: LogOrigin) => string = lifeKey,
): readonly (readonly [S, ...S[]])[] {
  const lives = new Map<string, [S, ...S[]]>()
  for (const stretch of stretches) {
    const key = by(stretch.origin)
    const life = lives.get(key)
    if (life) life.push(stretch)
    else lives.set(key, [stretch])
  }
  return [...lives.values()]
}

export function lifeHead(stretches: readonly [Stretch, ...Stretch[]]): LifeHead {
  const { pod, podUid, attempt, node } = stretches[0].origin
  const taskmanager = stretches.find(({ origin }) => origin.taskmanager !== undefined)?.origin
    .taskmanager
  return {
    ...{ pod, attempt, node },
    ...(podUid !== undefined && { podUid }),
    ...(taskmanager !== undefined && { taskmanager }),
    firstAt: Math.min(...stretches.map(({ firstAt }) => firstAt)),
    lastAt: Math.max(...stretches.map(({ lastAt }) => lastAt)),
  }
}
