import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordingsFolder } from '../accuracy/judge.ts'
import { runWeir, startWeir } from '../live/weir.ts'
import { chdbMissing } from '../store/chdb-missing.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-cli-'))
const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const header = JSON.stringify({ src: 'header', id: 'x', begin: 1_790_000_000_000, processes: {} })
const servers: Server[] = []

function listen(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body))
  servers.push(server)
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
    })
  })
}

afterAll(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a recording that cannot be read', () => {
  const whole = readFileSync(join(recordingsFolder, 'job-failed-a.ndjson.gz'))
  test.each([
    ['that is not there', () => join(folder, 'none.gz'), /^There is no recording .*none\.gz\.$/],
    [
      'cut short',
      () => file('cut.ndjson.gz', whole.subarray(0, 40_000)),
      /cut\.ndjson\.gz cannot be read: the gzip data ends in the middle, after line \d+: the file is cut short\.$/,
    ],
    [
      'no gzip',
      () => file('text.ndjson.gz', 'hello'),
      /cannot be read: it is not gzip, or damaged\.$/,
    ],
    [
      'with a broken line',
      () => file('bad.ndjson.gz', gzipSync(`${header}\n{"t":1,"src":"rest","path":\n`)),
      /cannot be read: line 2: .*JSON/,
    ],
    [
      'with an entry of another shape',
      () => file('shape.ndjson.gz', gzipSync(`${header}\n{"src":"rest","t":"late"}\n`)),
      /line 2 is no entry of a recording \(t: /,
    ],
    ['empty', () => file('empty.ndjson.gz', gzipSync('')), /it is empty/],
  ])('%s is refused with a sentence', async (_, path, sentence) => {
    const { code, out, err } = await runWeir(['replay', '--json', path()])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err.trim()).toMatch(sentence)
  })
})

describe('an address that is none', () => {
  const urls: Record<string, string> = {}
  beforeAll(async () => {
    urls.page = await listen(200, '<html>login</html>')
    urls.closed = await listen(401, '')
  })
  test.each([
    ['unreachable', () => 'http://127.0.0.1:7199', 1, /does not answer: connection refused/],
    ['not a Flink', () => urls.page ?? '', 1, /is not a Flink JobManager: .*a web page/],
    ['that wants credentials', () => urls.closed ?? '', 1, /answered 401 .*credentials/],
    ['that is no address', () => 'http://', 2, /is no address of a JobManager/],
  ])('%s is told at once', async (_, url, code, sentence) => {
    const answer = await runWeir(['diagnose', url()])
    expect(answer.code).toBe(code)
    expect(answer.err).toMatch(sentence)
  })
})

test('a configuration with several mistakes is told all of them, with their paths', async () => {
  const path = file(
    'weir.yaml',
    'store: { kind: clickhouse, url: nowhere }\nagent: { requestsPerSecond: 50, clusters: [{ urll: x }] }\nlogg: {}\n',
  )
  const { code, err } = await runWeir(['check-config', path])
  expect(code).toBe(2)
  for (const part of ['store.url', 'agent.requestsPerSecond', 'agent.clusters', 'logg'])
    expect(err).toContain(part)
})

test.each([
  [['gate', 'no-job'], 2, /is no job/],
  [['gate', 'a/b/c', '--server', 'nonsense'], 2, /is no address/],
  [['gate', 'a/b/c', '--timeout', 'soon'], 2, /must be a duration/],
  [['gate', 'a/b/c', '--on-no-data', 'panic'], 2, /wait, fail, pass/],
  [['gate', 'a/b/c', '--output', 'xml'], 2, /text, json, junit, github/],
  [
    ['gate', 'a/b/c', '--timeout', '0s', '--server', 'http://127.0.0.1:7199'],
    3,
    /^unknown: .*connection refused/,
  ],
  [['up'], 2, /Nothing to look at/],
  [['up', '--listen', 'nowhere', '--demo'], 2, /host:port/],
  [['agent'], 2, /ship\.url: missing/],
  [['frobnicate'], 2, /unknown command/],
  [['doctor', '--flink', 'http://127.0.0.1:7199'], 1, /connection refused/],
])('weir %j answers with a sentence and its exit code', async (args, code, sentence) => {
  const answer = await runWeir(args)
  expect(answer.code).toBe(code)
  expect(answer.out + answer.err).toMatch(sentence)
})

test.each([
  ['nothing', '{}', /there is nothing to look at; .* or set agent\.host or agent\.kubernetes\./],
  [
    'Kubernetes alone, outside of it,',
    `{ kubernetes: { serviceAccount: ${folder} } }`,
    /no service account in .* outside a pod set agent\.kubernetes\.kubeconfig\./,
  ],
])('an agent that looks at %s is told what to set', async (_, agent, sentence) => {
  const config = file('agent.yaml', `agent: ${agent}\nship: { url: http://127.0.0.1:7199 }\n`)
  const { code, err } = await runWeir(['agent', '--config', config])
  expect(code).toBe(2)
  expect(err).toMatch(sentence)
})

describe.skipIf(chdbMissing !== undefined)('weir up', () => {
  const flink = ['--flink', 'http://127.0.0.1:7199']
  test('says which port is taken, and that its data belongs to another process', async () => {
    const first = await startWeir(
      ['up', ...flink, '--data', folder, '--listen', '127.0.0.1:7191'],
      /Weir is at/,
    )
    const taken = await runWeir(['up', ...flink, '--listen', '127.0.0.1:7191'])
    const locked = await runWeir(['up', ...flink, '--data', folder, '--listen', '127.0.0.1:7192'])
    const fleet = await (await fetch('http://127.0.0.1:7191/api/v1/fleet')).json()
    await first.stop()
    expect([taken.code, locked.code]).toEqual([1, 1])
    expect(taken.err).toMatch(/Port 7191 on 127\.0\.0\.1 is taken/)
    expect(locked.err).toMatch(/another process|in use|locked/i)
    // A JobManager that does not answer is unknown, not an error of ours.
    expect(fleet).toMatchObject({ jobs: 0 })
  })
})
