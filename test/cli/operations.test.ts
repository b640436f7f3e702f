import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { OperationsStatus } from '../../core/api/operations.ts'
import { standInFlink } from '../../operations/flink.fixture.ts'
import { runWeir } from '../live/weir.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-cli-operations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = (name: string, text: string) => {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, text)
  return path
}
/** Nobody listens at the discard port of this machine. */
const NOBODY = 'http://127.0.0.1:9009'
const complete = `{ diagnosis: { url: "${NOBODY}" }, folder: "${join(folder, 'journal')}" }`

test.each([
  ['no section', '', [], /^operations: missing; say at least whose advice is looked at/],
  [
    'no journal',
    `operations: { diagnosis: { url: "${NOBODY}" } }`,
    [],
    /^operations\.folder: missing; without a journal/,
  ],
  [
    'nobody’s advice',
    `operations: { folder: "${folder}" }`,
    [],
    /^operations\.diagnosis: missing; say whose advice/,
  ],
  [
    'nowhere to apply it',
    `operations: { folder: "${folder}", diagnosis: { url: "${NOBODY}" }, policy: { mode: apply } }`,
    [],
    /^operations\.policy: applies by the way "rest", but operations\.clusters names no JobManager\.$/,
  ],
  [
    'JSON of what runs',
    `operations: ${complete}`,
    ['--json'],
    /^--json goes with --once; of one that runs ask: weir operations status --json$/,
  ],
])('refused: %s', async (name, text, more, sentence) => {
  const path = config(name.replace(/\W/g, '-'), text)
  const { code, out, err } = await runWeir(['operations', '--config', path, ...more])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err.trim()).toMatch(sentence)
})

test('one look without diagnosis is unknown, said in words and as JSON', async () => {
  const path = config('look', `operations: ${complete}`)
  const look = ['operations', '--config', path, '--once']
  const text = await runWeir(look)
  expect({ code: text.code, err: text.err }).toEqual({ code: 3, err: '' })
  expect(text.out).toMatch(
    /^Diagnosis could not be asked: http:\/\/127\.0\.0\.1:9009 does not answer/,
  )
  const json = await runWeir([...look, '--json'])
  const status = OperationsStatus.parse(JSON.parse(json.out))
  expect(status).toMatchObject({ dryRun: true, jobs: [], changes: [] })
})

test('doctor says whether a JobManager could carry anything out', async () => {
  const flink = await standInFlink()
  try {
    const path = config(
      'doctor',
      `operations: { diagnosis: { url: "${NOBODY}" }, clusters: [{ name: lab, url: "${flink.url}" }] }`,
    )
    const good = await runWeir(['doctor', '--config', path])
    expect(good.code).toBe(1)
    expect(good.out).toMatch(/✗ advice of http:\/\/127\.0\.0\.1:9009: .*connection refused/)
    expect(good.out).toMatch(/✓ operations at lab: adaptive scheduler/)
    flink.config = {}
    const bad = await runWeir(['doctor', '--config', path])
    expect(bad.out).toMatch(/✗ operations at lab: its scheduler is Default: sizes of running jobs/)
  } finally {
    await flink.close()
  }
})

test('a status of nobody, and help that shows how to begin', async () => {
  const { code, err } = await runWeir(['operations', 'status', '--server', NOBODY])
  expect(code).toBe(1)
  expect(err).toMatch(/^http:\/\/127\.0\.0\.1:9009 does not answer: connection refused/)
  const help = await runWeir(['operations', '--help'])
  expect(help.code).toBe(0)
  expect(help.out).toMatch(/weir operations --config operations\.yaml --once/)
})
