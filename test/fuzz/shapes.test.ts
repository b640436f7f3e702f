import { expect, test } from 'vitest'
import type { JobFacts } from '../../core/model/facts.ts'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { Diagnosis, TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import type { Situation } from '../rules/case-file.ts'
import { BEGIN, factsOf, until } from '../rules/situation.ts'

const END_MS = 90_000
const ROUND_MS = 5_000

function lastRound(facts: JobFacts): Diagnosis {
  let memory: TrackerMemory | undefined
  for (let at = BEGIN + END_MS - 2 * ROUND_MS; at < BEGIN + END_MS; at += ROUND_MS)
    memory = diagnose(until(facts, at), memory).memory
  return diagnose(until(facts, BEGIN + END_MS), memory)
}

const causesOf = ({ findings }: Diagnosis) =>
  findings
    .filter(({ cause, severity }) => cause && (severity === 'crit' || severity === 'major'))
    .map(({ rule, subject }) => `${rule} at ${subject.name}`)

const STEPS = 'x20'

/** A chain whose vertex `slow` has no time left, and whose sources wait for it; all others idle. */
function chain(count: number, slow: number | undefined): Situation {
  const names = Array.from({ length: count }, (_, index) => `v${index}`)
  const of = (index: number) => {
    if (index === slow) return { busy: `1${STEPS}`, rate: `300${STEPS}`, mails: `1${STEPS}` }
    const waits = slow !== undefined && index < slow
    return {
      ...{ busy: `0.1${STEPS}`, rate: `300${STEPS}`, mails: `1${STEPS}` },
      backpressured: waits ? `0.8${STEPS}` : `0${STEPS}`,
    }
  }
  return {
    graph: names.map((name) => `${name}/1`).join(' -hash-> '),
    tasks: Object.fromEntries(names.map((name, index) => [name, of(index)])),
    processes: { 'tm-1': { cores: `1${STEPS}`, gc: `0.01${STEPS}` } },
    hosts: Object.fromEntries(names.map((name) => [name, 'tm-1'])),
    states: { '0s': 'RUNNING' },
  }
}

test.each<[string, number, number | undefined, RegExp | undefined]>([
  ['one vertex that is calm', 1, undefined, undefined],
  ['one vertex that is busy and holds nobody back', 1, 0, undefined],
  ['two vertices, the second too slow', 2, 1, / at v1$/],
  ['two thousand calm ones', 2_000, undefined, undefined],
  ['two thousand, the last but one too slow', 2_000, 1_998, / at v1998$/],
])('%s', { timeout: 120_000 }, (_, count, slow, expected) => {
  const diagnosis = lastRound(factsOf(chain(count, slow)))
  expect(diagnosis.verdicts.filter(({ outcome }) => outcome === 'broken')).toEqual([])
  const causes = causesOf(diagnosis)
  if (expected === undefined) expect(causes).toEqual([])
  else expect([causes.length, causes[0]]).toEqual([1, expect.stringMatching(expected)])
})

const LONG_SQL =
  "GroupWindowAggregate[38]: select=[TUMBLE_START(ts), 客户, COUNT(DISTINCT order_id) AS orders, LISTAGG('a\"b')]"

test.each([
  ['Chinese', '订单汇总'],
  ['Arabic, from the right', 'تجميع الطلبات'],
  ['Hindi', 'ऑर्डर जोड़'],
  ['Korean', '주문 집계'],
  ['Cyrillic', 'Агрегация заказов'],
  ['an emoji of several parts', '👩‍👩‍👧 carts'],
  ['markup', '<img src=x onerror=alert(1)>'],
  ['quotes, slashes and percent', `a/b\\c "d" 'e' %2F {vertex}`],
  ['a statement of 90 letters', LONG_SQL],
  ['a line break', 'first\nsecond'],
])('a name of %s stays as it is', (_, name) => {
  const facts = factsOf(chain(2, 1))
  const { topology } = facts
  const named: JobFacts = {
    ...facts,
    topology: topology && {
      ...topology,
      vertices: topology.vertices.map((one) => (one.id === 'v1' ? { ...one, name } : one)),
    },
  }
  const plain = lastRound(facts).findings.find(({ subject }) => subject.name === 'v1')
  const found = lastRound(named).findings.find(({ subject }) => subject.name === name)
  expect(found?.rule).toBe(plain?.rule)
  expect(found?.message.text).toBe(plain?.message.text.replace('v1', () => name))
})
