import type { GateAnswer, Health } from '../../core/api/gate.ts'
import type { JobSummary } from '../../core/api/public.ts'
import type { Finding } from '../../core/model/finding.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { currentScore } from './freshness.ts'
import { jobSummary, openCauses, type ViewContext } from './job-view.ts'
import { counted } from './words.ts'

/** What a platform asks for: flat numbers that are never NaN, what they rest on, and one sentence. */
export function health(evaluated: Evaluated, context: ViewContext): Health {
  const { diagnosis, facts } = evaluated
  const summary = jobSummary(evaluated, context)
  const { score, unknownBecause } = currentScore(evaluated, context.now, context.roundIntervalMs)
  const isKnown = score.value !== null
  const { job, cluster, namespace, name, run, state, verdict, coverage } = summary
  return {
    ...{ schemaVersion: 1, job, cluster, namespace, name, run, state },
    ...{ score: score.value, scale: 10, verdict, ok: verdict === 'healthy' },
    ...{ confidence: isKnown ? confidenceOf(diagnosis.findings) : null, coverage },
    at: diagnosis.at,
    dataAgeMs:
      facts.newestSampleAt === undefined ? null : Math.max(0, context.now - facts.newestSampleAt),
    sentence: healthSentence(summary),
    missing: [...new Set([unknownBecause ?? [], score.missing].flat())],
    // Points of a score that counts no longer would be points of nothing.
    parts: isKnown ? [...score.parts] : [],
    ceiling: isKnown ? score.ceiling : null,
    findings: causesOf(diagnosis.findings),
    weights: score.weights,
    links: linksOf(job),
  }
}

function healthSentence({ score, verdict, topCause, unknownBecause, moreCauses }: JobSummary) {
  if (score === null) return `unknown: ${unknownBecause ?? 'nothing was measured yet'}`
  const head = `${verdict}, ${score.toFixed(1)} of 10`
  if (topCause === null) return `${head}; nothing is wrong that Weir can see.`
  const more = moreCauses > 0 ? ` ${counted(moreCauses, 'more cause')} open.` : ''
  return `${head}; ${topCause.text}${more}`
}

/** A chain is as sure as its least sure link: of the open causes that cost points. */
function confidenceOf(findings: readonly Finding[]): number {
  const costly = openCauses(findings).filter(({ points }) => points > 0)
  return Math.min(1, ...costly.map(({ confidence }) => confidence.value))
}

export function causesOf(findings: readonly Finding[]): GateAnswer['findings'] {
  return openCauses(findings).map(({ rule, severity, title, subject, message, since }) => {
    return { rule, severity, title, subject: subject.name, text: message.text, since }
  })
}

export function linksOf(job: string): GateAnswer['links'] {
  const api = `/api/v1/jobs/${job}`
  return {
    ...{ job: `/jobs/${job}`, health: `${api}/health` },
    ...{ gate: `${api}/gate`, findings: `${api}/findings` },
  }
}
