import type { LogOrigin } from '../../core/model/logs.ts'
import type { Gap } from '../archive/gaps.ts'
import type { Part } from '../archive/part.ts'

/** One life of a pod's container or of a process, as this node has seen it write. */
export interface NodeLife {
  readonly cluster: string
  readonly namespace: string
  readonly node: string
  readonly pod: string
  readonly podUid?: string
  readonly container?: string
  readonly attempt: number
  readonly jobs: readonly string[]
  readonly taskmanager?: string
  /** Epoch ms of its first and last line here. */
  readonly firstAt: number
  readonly lastAt: number
  readonly lines: number
  /** Bytes of its lines as they lay in their files. */
  readonly bytes: number
  /** Whether a file of it is still there to be written. */
  readonly followed: boolean
  readonly files: readonly LifeFile[]
  readonly gaps: readonly LifeGap[]
}

export interface LifeFile {
  readonly file: string
  readonly path: string
  readonly firstAt: number
  readonly lastAt: number
  readonly lines: number
}

/** Lines that were read and are not in the archive (any more). */
export interface LifeGap extends Pick<Gap, 'reason' | 'fromAt' | 'toAt'> {
  readonly file: string
  readonly lines: number
  /** Whether a gateway has them all the same. */
  readonly acknowledged: boolean
}

/** Lives, the one that wrote last first. One of which nothing but gaps is left is one, too. */
export function livesOf(
  parts: readonly Part[],
  gaps: readonly Gap[],
  isFollowed: (file: string) => boolean,
): readonly NodeLife[] {
  const lives = new Map<string, { parts: Part[]; gaps: Gap[]; origin: LogOrigin }>()
  const lifeAt = (origin: LogOrigin) => {
    const key = keyOf(origin)
    const life = lives.get(key) ?? { parts: [], gaps: [], origin }
    lives.set(key, life)
    return life
  }
  for (const part of parts) lifeAt(part.origin).parts.push(part)
  for (const gap of gaps) lifeAt(gap.origin).gaps.push(gap)
  return [...lives.values()]
    .map(({ origin, parts: own, gaps: missing }) => lifeOf(origin, own, missing, isFollowed))
    .sort((a, b) => b.lastAt - a.lastAt || (a.pod < b.pod ? -1 : 1))
}

const keyOf = ({ cluster, namespace, pod, podUid, container, attempt }: LogOrigin) =>
  JSON.stringify([cluster, namespace, pod, podUid, container, attempt])

function lifeOf(
  origin: LogOrigin,
  parts: readonly Part[],
  gaps: readonly Gap[],
  isFollowed: (file: string) => boolean,
): NodeLife {
  const { cluster, namespace, node, pod, podUid, container, attempt } = origin
  const origins = [...parts, ...gaps].map((one) => one.origin)
  const jobs = new Set(origins.flatMap(({ job }) => job ?? []))
  const taskmanager = origins.find((one) => one.taskmanager !== undefined)?.taskmanager
  const begins = [...parts.map(({ firstAt }) => firstAt), ...gaps.map(({ fromAt }) => fromAt)]
  const ends = [...parts.map(({ lastAt }) => lastAt), ...gaps.map(({ toAt }) => toAt)]
  return {
    ...{ cluster, namespace, node, pod, attempt, jobs: [...jobs].sort() },
    ...(podUid !== undefined && { podUid }),
    ...(container !== undefined && { container }),
    ...(taskmanager !== undefined && { taskmanager }),
    firstAt: Math.min(...begins),
    lastAt: Math.max(...ends),
    lines: parts.reduce((sum, { rows }) => sum + rows, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    followed: parts.some((part) => isFollowed(part.origin.file)),
    files: parts
      .map(({ origin: { file, path }, firstAt, lastAt, rows }) => ({
        ...{ file, path, firstAt, lastAt, lines: rows },
      }))
      .sort((a, b) => a.firstAt - b.firstAt),
    gaps: gaps.map(({ origin: { file }, reason, fromAt, toAt, rows, acknowledged }) => ({
      ...{ file, reason, fromAt, toAt, lines: rows, acknowledged },
    })),
  }
}
