import { describe, expect, test } from 'vitest'
import type { GateAnswer } from '../../core/api/gate.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { UsageError, WeirError } from '../../core/kit/errors.ts'
import { decided, githubOutputs, report } from './report.ts'
import { type Ask, type Waited, waitForAnswer } from './wait.ts'

const answer = (word: GateAnswer['answer'], over: Partial<GateAnswer> = {}): GateAnswer => ({
  ...{
    schemaVersion: 1,
    job: 'a/b/c',
    run: 'r',
    answer: word,
    ok: word === 'pass',
    policy: 'wait',
  },
  ...{ reason: `It is ${word}.`, reasons: [`It is ${word}.`, 'More.'], score: 9, scale: 10 },
  ...{ minScore: 8, forMs: 60_000, at: 1, baseline: null, findings: [] },
  links: { job: '/j', health: '/h', gate: '/g', findings: '/f' },
  ...over,
})
const said = (status: number, body: unknown) => ({ status, body: JSON.stringify(body) })

/** Asks that are answered one after the other, the last one for ever. */
async function waited(answers: readonly (ReturnType<typeof said> | Error)[], timeoutMs: number) {
  const clock = manualClock(1_000_000)
  const progress: string[] = []
  let n = 0
  const ask: Ask = async () => {
    const next = answers[Math.min(n++, answers.length - 1)]
    if (!next || next instanceof Error) throw next ?? new Error('no answer')
    return next
  }
  const waiting = waitForAnswer(ask, {
    ...{ clock, signal: new AbortController().signal, timeoutMs },
    onProgress: (reason, waitedMs) => progress.push(`${waitedMs / 1000}s ${reason}`),
  })
  // A rejection is looked at below.
  waiting.catch(() => {})
  await clock.advance(timeoutMs + 10_000)
  const { word, reason, waitedMs } = await waiting
  return { word, reason, waitedMs, progress }
}

describe('waiting', () => {
  test('ends with the first answer that is known', async () => {
    const problem = said(404, { detail: 'No job a/b/c was heard of.' })
    const refused = new WeirError('It does not answer.', { retriable: true })
    const answers = [refused, problem, said(503, answer('unknown')), said(200, answer('pass'))]
    expect(await waited(answers, 60_000)).toEqual({
      ...{ word: 'pass', reason: 'It is pass.', waitedMs: 15_000 },
      progress: ['0s It does not answer.', '5s No job a/b/c was heard of.', '10s It is unknown.'],
    })
    expect(await waited([said(412, answer('fail'))], 60_000)).toMatchObject({
      ...{ word: 'fail', waitedMs: 0, progress: [] },
    })
  })

  test('ends when the time is over, with the last reason', async () => {
    const ended = await waited([said(503, answer('unknown'))], 12_000)
    expect(ended).toMatchObject({ word: 'unknown', reason: 'It is unknown.', waitedMs: 12_000 })
    expect(ended.progress).toHaveLength(3)
    expect(await waited([said(503, answer('unknown'))], 0)).toMatchObject({ waitedMs: 0 })
  })

  test.each([400, 401, 403])(
    'ends at once with %d, where asking again cannot help',
    async (status) => {
      await expect(waited([said(status, { detail: 'It is wrong.' })], 60_000)).rejects.toEqual(
        new UsageError('It is wrong.'),
      )
    },
  )

  test('takes nothing for an answer that is none', async () => {
    for (const body of [{ answer: 'pass' }, '<html>', null]) {
      expect(await waited([said(200, body)], 0)).toMatchObject({
        word: 'unknown',
        reason: expect.stringContaining('The server answered 200, but not as a Weir'),
      })
    }
  })
})

test.each([
  ['pass', 'wait', 'pass'],
  ['fail', 'pass', 'fail'],
  ['unknown', 'wait', 'unknown'],
  ['unknown', 'fail', 'fail'],
  ['unknown', 'pass', 'pass'],
] as const)('%s with --on-no-data %s ends as %s', (word, onNoData, expected) => {
  expect(decided(word, onNoData)).toBe(expected)
})

describe('what is printed', () => {
  const finding = {
    ...({
      rule: 'slow-sink',
      severity: 'major',
      title: 'Slow <sink>',
      subject: 'S"\u0007',
    } as const),
    ...{ text: '100 % busy', since: 1 },
  }
  const outcome = (word: Waited['word']): Waited => {
    const own = answer(word, { findings: [finding] })
    return { word, reason: own.reason, answer: own, waitedMs: 1_500 }
  }
  const silence: Waited = { word: 'unknown', reason: 'It is away.', answer: undefined, waitedMs: 0 }

  test('text: further reasons and causes, without what steers a terminal', () => {
    expect(report('text', 'a/b/c', outcome('fail'), 'wait')).toBe(
      '  More.\n  major · Slow <sink> · S"\ufffd: 100 % busy\n',
    )
    expect(report('text', 'a/b/c', silence, 'fail')).toBe(
      '  Nothing is known, which counts as fail here (--on-no-data).\n',
    )
  })

  test('json: the whole answer, or what is left of it', () => {
    expect(JSON.parse(report('json', 'a/b/c', outcome('fail'), 'wait'))).toEqual({
      ...answer('fail', { findings: [finding] }),
      waitedMs: 1_500,
    })
    expect(JSON.parse(report('json', 'a/b/c', silence, 'pass'))).toEqual({
      ...{ schemaVersion: 1, job: 'a/b/c', answer: 'unknown', ok: true, reason: 'It is away.' },
      ...{ reasons: ['It is away.'], score: null, waitedMs: 0 },
    })
  })

  test('junit: a case that failed, and one that could not be told', () => {
    expect(report('junit', 'a/b/<c>', outcome('fail'), 'wait')).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites tests="1" failures="1" errors="0" time="1.500">',
        '<testsuite name="weir gate" tests="1" failures="1" errors="0" skipped="0" time="1.500"><properties><property name="score" value="9"/></properties>',
        '<testcase classname="weir.gate" name="a/b/&lt;c&gt;" time="1.500"><failure message="It is fail." type="score">It is fail.&#10;  More.&#10;  major · Slow &lt;sink&gt; · S&quot;\ufffd: 100 % busy&#10;</failure></testcase>',
        '</testsuite></testsuites>',
        '',
      ].join('\n'),
    )
    expect(report('junit', 'a/b/c', silence, 'wait')).toContain(
      '<error message="It is away." type="unknown">',
    )
    expect(report('junit', 'a/b/c', outcome('pass'), 'wait')).toContain('failures="0" errors="0"')
  })

  test('github: one command on one line, whatever the names are', () => {
    expect(report('github', 'a/b/c,d::x', outcome('fail'), 'wait')).toBe(
      '::error title=Weir%3A fail for a/b/c%2Cd%3A%3Ax::It is fail.%0A  More.%0A  major · Slow <sink> · S"\ufffd: 100 %25 busy\n',
    )
    expect(report('github', 'a/b/c', outcome('pass'), 'wait')).toMatch(/^::notice /)
    expect(report('github', 'a/b/c', silence, 'wait')).toMatch(/^::warning /)
    expect(githubOutputs(outcome('pass'), 'wait')).toBe('answer=pass\nok=true\nscore=9\n')
    expect(githubOutputs(silence, 'wait')).toBe('answer=unknown\nok=false\nscore=\n')
  })
})
