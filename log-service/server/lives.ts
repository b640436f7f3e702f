import type { NodeLife } from '../../core/api/node-logs.ts'
import { byLife, lifeHead, type Stretch } from '../../core/logs/lives.ts'
import { lifeKey } from '../../core/logs/whose.ts'
import type { LogOrigin } from '../../core/model/logs.ts'
import type { Gap } from '../archive/gaps.ts'
import type { Part } from '../archive/part.ts'

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
