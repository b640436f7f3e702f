import type { Score } from '../../../core/model/finding.ts'

/** One piece of the staff: from a score down to a score, and what took it. */
export interface Piece {
  readonly key: string
  readonly rule: string
  readonly points: number
  readonly from: number
  readonly to: number
  readonly ceiling: boolean
}

/** The score as pieces taken from ten, in tenths, so that they end exactly at the level. */
export function piecesOf({ parts, ceiling }: Pick<Score, 'parts' | 'ceiling'>): readonly Piece[] {
  const taken = [
    ...parts.map((part) => ({
      key: part.key,
      rule: part.rule,
      points: part.points,
      ceiling: false,
    })),
    ...(ceiling
      ? [
          {
            key: `ceiling ${ceiling.rule}`,
            rule: ceiling.rule,
            points: ceiling.points,
            ceiling: true,
          },
        ]
      : []),
  ]
  let level = 100
  return taken.map((piece) => {
    const from = level
    level -= Math.round(piece.points * 10)
    return { ...piece, from: from / 10, to: level / 10 }
  })
}

/** Where labels stand beside the staff: at their piece, pushed apart so that none covers another. */
export function labelPlaces(
  wanted: readonly number[],
  spacing: number,
  top: number,
): readonly number[] {
  let last = top - spacing
  return wanted.map((y) => {
    last = Math.max(y, last + spacing)
    return last
  })
}
