import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createScope } from '../../core/kit/scope.ts'
import { AT, application } from '../examples.fixture.ts'
import { type Journal, openJournal } from './journal.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = () => join(folder, 'journal.ndjson')

async function within<T>(use: (journal: Journal) => Promise<T>): Promise<T> {
  const scope = createScope()
  try {
    return await use(await openJournal(folder, scope))
  } finally {
    await scope.close(1_000)
  }
}

const intended = application({ state: { kind: 'intended', at: AT } })
const second = application({ id: 'op-2', job: 'lab/-/other', state: { kind: 'intended', at: AT } })

test('what was written is there again, as far as it had come', async () => {
  await within(async (journal) => {
    await journal.intend(intended)
    await journal.move('op-1', { kind: 'applied', at: AT + 1 })
    await journal.intend(second)
  })
  const again = await within(async (journal) => journal.applications())
  expect(again).toEqual([{ ...intended, state: { kind: 'applied', at: AT + 1 } }, second])
})

test('a line that was cut off is forgotten, and the next one is whole', async () => {
  await within((journal) => journal.intend(intended))
  const whole = readFileSync(path())
  for (const cut of [1, Math.floor(whole.length / 2), whole.length - 1]) {
    writeFileSync(path(), Buffer.concat([whole, whole.subarray(0, cut)]))
    await within(async (journal) => {
      expect(journal.applications()).toEqual([intended])
      await journal.move('op-1', { kind: 'failed', at: AT, reason: 'r' })
    })
    const states = await within(async (journal) => journal.applications().map(({ state }) => state))
    expect(states).toEqual([{ kind: 'failed', at: AT, reason: 'r' }])
  }
})

test('lines of one moment keep their order', async () => {
  await within(async (journal) => {
    await Promise.all([
      journal.intend(intended),
      journal.intend(second),
      journal.move('op-1', { kind: 'applied', at: AT }),
      journal.move('op-2', { kind: 'applied', at: AT }),
    ])
  })
  const lines = readFileSync(path(), 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).line)).toEqual(['intent', 'intent', 'state', 'state'])
})

test('a line that nobody can read stops everything', async () => {
  await within((journal) => journal.intend(intended))
  appendFileSync(path(), '{"v":2,"line":"intent"}\n')
  await expect(within(async () => {})).rejects.toThrow(
    /journal\.ndjson line 2 cannot be read .*nothing is done: repair the file/,
  )
})

test('a folder belongs to one process at a time', async () => {
  writeFileSync(join(folder, 'lock'), `1 ${(await import('node:os')).hostname()}\n`)
  await expect(within(async () => {})).rejects.toThrow(
    /operations\.folder: .* is in use by process 1\. Stop it/,
  )
})
