import type { Release } from '../../../diagnosis/tuning/autoscaler/options.ts'
import { type Answer, NotAnswered, OracleCase } from './case.ts'
import { differences } from './compare.ts'
import {
  alignmentCase,
  delayCase,
  factorCase,
  jobCase,
  restartCase,
  scalabilityCase,
  slotCase,
  thresholdCase,
  vertexCase,
} from './decisions.ts'
import {
  backlogCase,
  busyCase,
  capacityCase,
  demandCase,
  globalCase,
  rateCase,
  ratioCase,
} from './evaluations.ts'
import { flinkMemoryCase, memoryTuningCase } from './memory.ts'
import { scenarioCase } from './scenarios.ts'
import { curveCase, ds2Case, periodCase, rangeCase, restCase, roomCase } from './surroundings.ts'

const categories: Readonly<Record<string, (oracle: OracleCase, release: Release) => Answer>> = {
  ...{ VS: vertexCase, IN: vertexCase, PC: factorCase, AL: alignmentCase, DS: delayCase },
  ...{ SC: scalabilityCase, TH: thresholdCase, RS: restartCase, SL: slotCase },
  ...{ JB: jobCase, MP: jobCase, QT: jobCase, RC: roomCase },
  ...{ RT: rateCase, BT: busyCase, TP: capacityCase, OR: ratioCase, DP: demandCase },
  ...{ BL: backlogCase, GM: globalCase, MT: memoryTuningCase, FM: flinkMemoryCase },
  ...{ E2: scenarioCase, RM: restCase, XP: periodCase, VR: rangeCase },
  ...{ D2: ds2Case, CC: curveCase },
}

/** A case is right, wrong with its differences, or not judged because its form is not known to us. */
export type Verdict =
  | { readonly id: string; readonly kind: 'pass' }
  | { readonly id: string; readonly kind: 'fail'; readonly differences: readonly string[] }
  | { readonly id: string; readonly kind: 'skipped'; readonly because: string }

/** Judges one case under every release it names. */
export function judgeCase(raw: unknown): Verdict {
  const parsed = OracleCase.safeParse(raw)
  const id = typeof raw === 'object' && raw !== null && 'id' in raw ? String(raw.id) : 'unnamed'
  if (!parsed.success) return { id, kind: 'skipped', because: 'not in the oracle format' }
  const oracle = parsed.data
  const answer = categories[oracle.category]
  if (!answer) return { id, kind: 'skipped', because: `category ${oracle.category} is not known` }
  try {
    const found = releasesOf(oracle).flatMap((release) =>
      differences(oracle.expected, answer(oracle, release)).map((line) => `${release}: ${line}`),
    )
    return found.length === 0 ? { id, kind: 'pass' } : { id, kind: 'fail', differences: found }
  } catch (error) {
    if (error instanceof NotAnswered) return { id, kind: 'skipped', because: error.message }
    const because = error instanceof Error ? error.message : String(error)
    return { id, kind: 'fail', differences: [because] }
  }
}

/** Cases of Flink itself and of DS2 name no release of the autoscaler: main answers. */
function releasesOf({ revisions }: OracleCase): readonly Release[] {
  const releases: Release[] = [
    ...(revisions.some((name) => name.includes('1.15.0')) ? (['1.15.0'] as const) : []),
    ...(revisions.some((name) => name.startsWith('main@')) ? (['main'] as const) : []),
  ]
  return releases.length > 0 ? releases : ['main']
}
