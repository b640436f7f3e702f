import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Finding } from '../../core/model/finding.ts'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { Diagnosis, TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import { rules } from '../../diagnosis/rules/index.ts'
import { RULE_WEIGHT } from '../../diagnosis/score/weights.ts'
import { type Case, CaseFile, type Situation } from './case-file.ts'
import { parseDurationMs } from './series.ts'
import { BEGIN, factsOf, until } from './situation.ts'

const folder = join(import.meta.dirname, '../../diagnosis/rules')
const HEADINGS = ['What it sees', 'Why it matters', 'What to do', 'When it is wrong']
const ROUND_MS = 5000

describe.each(rules.map((rule) => ({ id: rule.id, rule })))('$id', ({ id, rule }) => {
  const path = join(folder, `${id}.cases.yaml`)
  const file = CaseFile.parse(parse(readFileSync(path, 'utf8'), { merge: true }))

  test.each(file.cases.map((c) => [c.name, c] as const))('%s', (_name, c) => {
    const diagnosis = replay({ ...file.common, ...c }, c)
    expect(outcomeOf(diagnosis, id, c)).toEqual(c.expect)
  })

  test('has a found, a healthy and an unknown case', () => {
    const kinds = file.cases.map((c) => (Array.isArray(c.expect) ? 'found' : c.expect))
    expect([...new Set(kinds)].sort()).toEqual(['found', 'healthy', 'unknown'])
  })

  test('has a page with the four headings in order', () => {
    const page = join(folder, `${id}.md`)
    expect(existsSync(page), `${page} is missing`).toBe(true)
    const headings = [...readFileSync(page, 'utf8').matchAll(/^## (.+)$/gm)].map(
      (match) => match[1],
    )
    expect(headings).toEqual(HEADINGS)
  })

  test('fills every place of every message it shows, and costs nothing while on trial', () => {
    for (const c of file.cases.filter((candidate) => Array.isArray(candidate.expect))) {
      const own = replay({ ...file.common, ...c }, c).findings.filter(
        (finding) => finding.rule === id,
      )
      const texts = own.flatMap((f) => [f.message.text, ...f.suggestions.map((s) => s.text)])
      expect(texts.filter((text) => /\{\w+\}/.test(text))).toEqual([])
      if (rule.stage === 'trial') expect(own.map(({ points }) => points)).toEqual(own.map(() => 0))
    }
  })

  test('weighs in the score, unless it has never been seen on a real fault', () => {
    expect(RULE_WEIGHT[id]).toBeDefined()
    expect((RULE_WEIGHT[id] ?? 0) > 0).toBe(rule.stage === 'stable')
  })
})

test('every rule file is in the index and the other way round', () => {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.cases.yaml'))
    .map((name) => name.replace('.cases.yaml', ''))
  expect(files.sort()).toEqual(rules.map((rule) => rule.id).sort())
})

/** Rounds every five seconds from the beginning to `at`, as the product makes them. */
function replay(situation: Situation, c: Case): Diagnosis {
  const facts = deepFreeze(factsOf(situation))
  const end = BEGIN + parseDurationMs(c.at)
  let memory: TrackerMemory | undefined
  for (let at = BEGIN; at < end; at += ROUND_MS) memory = diagnose(until(facts, at), memory).memory
  return diagnose(until(facts, end), memory)
}

function outcomeOf(diagnosis: Diagnosis, id: string, c: Case): Case['expect'] {
  const found = diagnosis.findings.filter(
    (finding) => finding.rule === id && finding.state === 'open',
  )
  if (found.length === 0) {
    const unknown = diagnosis.verdicts.some((v) => v.rule === id && v.outcome === 'unknown')
    expect(diagnosis.verdicts.filter((v) => v.outcome === 'broken')).toEqual([])
    return unknown ? 'unknown' : 'healthy'
  }
  return found.map((finding, index) => {
    const wanted = Array.isArray(c.expect) ? c.expect[index] : undefined
    return {
      severity: finding.severity,
      subject: finding.subject.name,
      ...(wanted?.message === undefined ? {} : { message: finding.message.text }),
      ...(wanted?.line === undefined ? {} : { line: lineOf(finding) }),
      ...(finding.explainedBy === undefined
        ? {}
        : { explainedBy: finding.explainedBy.replace(/@.*/, '') }),
    }
  })
}

const lineOf = ({ evidence }: Finding) =>
  String(evidence.find(({ line }) => line !== undefined)?.observed)

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
