import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readRecording } from '../../agent/transport/recording.ts'
import { replayLine } from '../../cli/replay/lines.ts'
import { replayRecording } from '../../cli/replay/replay.ts'
import type { ReplayLine } from '../../core/api/replay-line.ts'
import { silentLog } from '../../core/kit/log.ts'
import {
  AFTERWARDS,
  isLabelled,
  isSick,
  Labels,
  phaseAt,
  SETTLED_MS,
  settledFrom,
  sickSince,
  sickVertex,
  TOLERATED_AFTERWARDS,
  Truth,
} from './truth.ts'

export interface Judged {
  readonly recording: string
  readonly wanted: readonly string[]
  /** No rule was written or changed on it. */
  readonly heldOut: boolean
  /** The accepted cause that was found first, at which subject, how long after its phase began. */
  readonly found:
    | { readonly rule: string; readonly subject: string; readonly afterMs: number }
    | undefined
  /** An accepted cause was found in its phase, but never at the right subject. */
  readonly wrongSubject: boolean
  /** Other unfolded findings of any severity in the labelled phase: what was said instead, or beside. */
  readonly beside: readonly string[]
  /** Unfolded findings of severity major or above that are neither right nor tolerated. */
  readonly falseFindings: readonly string[]
  /** The rules of those, each once. */
  readonly falseRules: readonly string[]
  /** Time in which nothing was wrong and something would have been false, and how many findings were. */
  readonly healthyMs: number
  readonly falseInHealth: number
  /** Of the settled rounds: how many gave the verdict that the truth's band asks for. */
  readonly bands: { readonly right: number; readonly rounds: number }
  readonly advice: readonly string[]
  readonly wrongAdvice: readonly string[]
  readonly rounds: number
}

/** Replays one recording and compares every round with its answer sheet. */
export async function judgeRecording(file: string, labelsFile: string): Promise<Judged> {
  const id = file.replace(/^.*\/|\.ndjson\.gz$/g, '')
  const label = Labels.parse(JSON.parse(readFileSync(labelsFile, 'utf8')))[id] ?? {
    causes: [],
    tolerated: [],
    placed: false,
    heldOut: false,
  }
  const truth = Truth.parse(
    JSON.parse(gunzipSync(readFileSync(file)).toString('utf8').split('\n', 1)[0] ?? ''),
  )
  const lines = await linesOf(file, truth)
  const accepted = lines
    .filter(({ t }) => isLabelled(truth, t))
    .flatMap((line) => line.findings.filter(({ cause }) => cause).map((found) => ({ line, found })))
  const right = accepted
    .filter(({ found }) => label.causes.includes(found.rule))
    .map(({ line, found }) => ({
      rule: found.rule,
      subject: found.subject.name,
      afterMs: truth.begin + line.t - sickSince(truth),
      isPlaced: !label.placed || found.subject.name === sickVertex(truth),
    }))
  const [first] = right.filter(({ isPlaced }) => isPlaced)
  const falseOnes = falseFindings(lines, truth, label)
  return {
    recording: id,
    wanted: label.causes,
    heldOut: label.heldOut,
    found: first && { rule: first.rule, subject: first.subject, afterMs: first.afterMs },
    wrongSubject: right.length > 0 && !first,
    beside: [
      ...new Set(
        accepted.map(({ found }) => found.rule).filter((rule) => !label.causes.includes(rule)),
      ),
    ],
    falseFindings: [...new Set(falseOnes.map(({ text }) => text))],
    falseRules: [...new Set(falseOnes.map(({ rule }) => rule))],
    ...health(truth, falseOnes),
    bands: bandsOf(lines, truth),
    advice: [
      ...new Set(
        lines.flatMap((line) => line.advice.map((a) => `${a.target} ${a.from} → ${a.to}`)),
      ),
    ],
    wrongAdvice: wrongAdvice(lines, truth),
    rounds: lines.length,
  }
}

async function linesOf(file: string, truth: Truth): Promise<readonly ReplayLine[]> {
  const recording = await readRecording(file)
  const lines: ReplayLine[] = []
  for await (const { at, diagnoses } of replayRecording(recording, 'lab', silentLog)) {
    for (const diagnosis of diagnoses) {
      if (decodeURIComponent(diagnosis.job.split('/')[2] ?? '') !== truth.job_name) continue
      lines.push(replayLine(diagnosis, at, truth.begin))
    }
  }
  return lines
}

interface FalseFinding {
  readonly rule: string
  readonly text: string
  readonly isInHealth: boolean
}

function falseFindings(
  lines: readonly ReplayLine[],
  truth: Truth,
  label: { readonly causes: readonly string[]; readonly tolerated: readonly string[] },
): readonly FalseFinding[] {
  return lines.flatMap(({ t, findings }) => {
    const at = truth.begin + t
    const phase = phaseAt(truth, at)
    if (!phase || at < settledFrom(truth, phase)) return []
    const isAfterwards = AFTERWARDS.includes(phase.name)
    const allowed = new Set([
      ...(isSick(phase) || isAfterwards ? [...label.causes, ...label.tolerated] : []),
      ...(isAfterwards ? TOLERATED_AFTERWARDS : []),
    ])
    return findings
      .filter(({ cause, severity }) => cause && (severity === 'crit' || severity === 'major'))
      .filter(({ rule }) => !allowed.has(rule))
      .map(({ rule, subject }) => ({
        rule,
        text: `${rule} at ${subject.name} (${phase.name}, ${phase.truth.vertex?.name ?? 'no vertex'})`,
        isInHealth: !isSick(phase),
      }))
  })
}

function health(
  truth: Truth,
  falseOnes: readonly FalseFinding[],
): { readonly healthyMs: number; readonly falseInHealth: number } {
  const calm = truth.phases.filter((phase) => !isSick(phase))
  return {
    healthyMs: calm.reduce(
      (sum, phase) => sum + Math.max(0, phase.to - settledFrom(truth, phase)),
      0,
    ),
    falseInHealth: new Set(falseOnes.filter((one) => one.isInHealth).map(({ text }) => text)).size,
  }
}

/** The answer sheet says critical where the score says unhealthy. */
const VERDICTS: Readonly<Record<string, string>> = {
  healthy: 'healthy',
  degraded: 'degraded',
  critical: 'unhealthy',
}

function bandsOf(lines: readonly ReplayLine[], truth: Truth): Judged['bands'] {
  const settled = lines.flatMap(({ t, verdict }) => {
    const phase = phaseAt(truth, truth.begin + t)
    const wanted = VERDICTS[phase?.truth.band ?? '']
    if (!phase || wanted === undefined || AFTERWARDS.includes(phase.name)) return []
    return truth.begin + t < settledFrom(truth, phase) ? [] : [verdict === wanted]
  })
  return { right: settled.filter(Boolean).length, rounds: settled.length }
}

/** Advice between what just keeps up and one more than the 70 % target is right; settled phases only. */
function wrongAdvice(lines: readonly ReplayLine[], truth: Truth): readonly string[] {
  const wrong = new Set<string>()
  for (const { t, advice } of lines) {
    const at = truth.begin + t
    const phase = phaseAt(truth, at)
    if (!phase || !isSick(phase) || at - phase.from < SETTLED_MS) continue
    for (const { kind, target, from, to } of advice) {
      const needed = phase.truth.needed_parallelism?.[target]
      if (kind !== 'parallelism' || !needed) continue
      if (to < needed.at_100 || to > needed.at_70 + 1)
        wrong.add(`${target} ${from} → ${to}, needs ${needed.at_100} to ${needed.at_70}`)
    }
  }
  return [...wrong]
}

export const recordingsFolder = join(import.meta.dirname, '..', 'recordings')
