import { byLife, lifeHead, type Stretch } from '../../core/logs/lives.ts'
import { lifeKey } from '../../core/logs/whose.ts'
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
  const stretches = [
    ...parts.map((part): Kept => ({ ...part, part })),
    ...gaps.map((gap): Kept => ({ ...gap, firstAt: gap.fromAt, lastAt: gap.toAt, gap })),
  ]
  return byLife(stretches, ofContainer)
    .map((own) => lifeOf(own, isFollowed))
    .sort((a, b) => b.lastAt - a.lastAt || (a.pod < b.pod ? -1 : 1))
}

interface Kept extends Stretch {
  readonly part?: Part
  readonly gap?: Gap
}

const ofContainer = (origin: LogOrigin) => `${lifeKey(origin)} ${origin.container ?? ''}`

function lifeOf(own: readonly [Kept, ...Kept[]], isFollowed: (file: string) => boolean): NodeLife {
  const { cluster, namespace, container } = own[0].origin
  const parts = own.flatMap(({ part }) => part ?? [])
  const gaps = own.flatMap(({ gap }) => gap ?? [])
  const jobs = new Set(own.flatMap(({ origin: { job } }) => job ?? []))
  return {
    ...lifeHead(own),
    ...{ cluster, namespace, jobs: [...jobs].sort() },
    ...(container !== undefined && { container }),
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
