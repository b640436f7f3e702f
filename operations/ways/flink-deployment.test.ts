import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { application, jobFacts, SOURCE, STOCK } from '../examples.fixture.ts'
import { bodyOf, portOf } from '../flink.fixture.ts'
import type { Written } from '../journal/application.ts'
import { deploymentsOf } from './deployments-client.ts'
import { flinkDeployment } from './flink-deployment.ts'
import { OVERRIDES } from './overrides.ts'
import type { Way } from './way.ts'

/** An object as the API server of Kubernetes keeps it. */
interface Stored {
  metadata: { name: string; resourceVersion: string; generation: number }
  spec: { job?: object; flinkConfiguration?: Record<string, unknown> }
  status?: object
}

const never = new AbortController().signal
const PATH = '/apis/flink.apache.org/v1beta1/namespaces/shop/flinkdeployments/stock-check'
const job = 'prod/shop/stock-check'

let stored: Stored | undefined
let patches: object[]
let refuses: { status: number; message: string } | undefined
let folder: string
let server: Server
let way: Way
beforeEach(async () => {
  patches = []
  refuses = undefined
  stored = {
    metadata: { name: 'stock-check', resourceVersion: '7', generation: 3 },
    spec: {
      job: { parallelism: 1, upgradeMode: 'last-state', state: 'running' },
      flinkConfiguration: { 'taskmanager.numberOfTaskSlots': '2' },
    },
    status: { lifecycleState: 'STABLE', observedGeneration: 3 },
  }
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { status, json } = answerTo(request.method ?? '', request.url ?? '', body)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  folder = mkdtempSync(join(tmpdir(), 'weir-kubeconfig-'))
  writeFileSync(
    join(folder, 'config'),
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
      clusters: [
        {
          name: 'k',
          // The library takes plain HTTP, as of `kubectl proxy`, only with this.
          cluster: {
            ...{ server: `http://127.0.0.1:${portOf(server)}`, 'insecure-skip-tls-verify': true },
          },
        },
      ],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    }),
  )
  way = flinkDeployment(deploymentsOf({ kubeconfig: join(folder, 'config') }))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

/** A merge patch as the API server carries it out: with optimistic concurrency where it names a version. */
function answerTo(method: string, url: string, body: string) {
  if (refuses) return statusObject(refuses.status, refuses.message)
  if (!stored || url.split('?')[0] !== PATH) return statusObject(404, 'not found')
  if (method === 'GET') return { status: 200, json: stored }
  const patch: {
    metadata: { resourceVersion: string }
    spec: { flinkConfiguration: Record<string, string | null> }
  } = JSON.parse(body)
  if (patch.metadata.resourceVersion !== stored.metadata.resourceVersion) {
    return statusObject(409, 'the object has been modified')
  }
  patches.push(patch)
  const merged = { ...stored.spec.flinkConfiguration, ...patch.spec.flinkConfiguration }
  stored = {
    ...stored,
    metadata: { ...stored.metadata, resourceVersion: '8', generation: 4 },
    spec: {
      ...stored.spec,
      flinkConfiguration: Object.fromEntries(
        Object.entries(merged).filter(([, value]) => value !== null),
      ),
    },
  }
  return { status: 200, json: stored }
}

const statusObject = (code: number, message: string) => ({
  status: code,
  json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code },
})

const prepare = () =>
  way.prepare(jobFacts({ job }), application().resized, { growsOnDemand: false }, never)
const change = (written: Written) => application({ job, written })
const fresh: Written = { way: 'deployment', before: null, after: `${STOCK}:3` }

test('overrides are added, seen and taken away again', async () => {
  expect(await prepare()).toEqual(fresh)
  expect(patches).toEqual([])
  expect(await way.write(change(fresh), 'after', never)).toBeUndefined()
  expect(stored?.spec.flinkConfiguration).toEqual({
    'taskmanager.numberOfTaskSlots': '2',
    [OVERRIDES]: `${STOCK}:3`,
  })
  expect(await way.standing(change(fresh), never)).toBe('after')
  expect(await way.write(change(fresh), 'before', never)).toBeUndefined()
  expect(stored?.spec.flinkConfiguration).toEqual({ 'taskmanager.numberOfTaskSlots': '2' })
  expect(await way.standing(change(fresh), never)).toBe('before')
})

test('overrides of other vertices stay', async () => {
  if (stored) stored.spec.flinkConfiguration = { [OVERRIDES]: `${SOURCE}:2, ${STOCK}:1` }
  expect(await prepare()).toEqual({
    way: 'deployment',
    before: `${SOURCE}:2, ${STOCK}:1`,
    after: `${SOURCE}:2,${STOCK}:3`,
  })
})

test('what somebody else wrote is not written over', async () => {
  if (stored) stored.spec.flinkConfiguration = { [OVERRIDES]: `${STOCK}:2` }
  expect(await way.standing(change(fresh), never)).toBe('other')
  const refused = { reason: 'somebody changed the FlinkDeployment meanwhile' }
  expect(await way.write(change(fresh), 'after', never)).toEqual(refused)
  expect(await way.write(change(fresh), 'before', never)).toEqual(refused)
  expect(patches).toEqual([])
})

test.each<[string, (own: Stored) => void, string, string | RegExp]>([
  [
    'a job without state',
    (own) => {
      own.spec.job = { upgradeMode: 'stateless' }
    },
    'conflict',
    /upgradeMode is stateless/,
  ],
  [
    'a suspended job',
    (own) => {
      own.spec.job = { upgradeMode: 'savepoint', state: 'suspended' }
    },
    'not-running',
    /suspended/,
  ],
  [
    'a session cluster',
    (own) => {
      delete own.spec.job
    },
    'conflict',
    /is a session cluster: use the way "rest"/,
  ],
  [
    'an operator that is at work',
    (own) => {
      own.status = { lifecycleState: 'UPGRADING', observedGeneration: 3 }
    },
    'conflict',
    /at work on it \(UPGRADING\)/,
  ],
  [
    'an operator that has not looked yet',
    (own) => {
      own.status = { lifecycleState: 'STABLE', observedGeneration: 2 }
    },
    'conflict',
    /at work on it \(STABLE\)/,
  ],
  [
    'an autoscaler',
    (own) => {
      own.spec.flinkConfiguration = { 'job.autoscaler.enabled': true }
    },
    'conflict',
    /autoscaler changes the sizes/,
  ],
  [
    'overrides in another form',
    (own) => {
      own.spec.flinkConfiguration = { pipeline: { 'jobvertex-parallelism-overrides': {} } }
    },
    'conflict',
    /not written as "id:parallelism,…"/,
  ],
])('refuses before anything is written: %s', async (_, arrange, code, reason) => {
  if (stored) arrange(stored)
  expect(await prepare()).toEqual({ code, reason: expect.stringMatching(reason) })
  expect(patches).toEqual([])
})

test('a deployment that is not there is said, and one that went away is gone', async () => {
  stored = undefined
  expect(await prepare()).toEqual({
    code: 'unreachable',
    reason: 'there is no FlinkDeployment stock-check in the namespace shop',
  })
  expect(await way.standing(change(fresh), never)).toBe('gone')
})

test('a role that lacks the right is told which', async () => {
  refuses = { status: 403, message: 'flinkdeployments is forbidden: User "x" cannot get' }
  await expect(prepare()).rejects.toThrow(
    /refused reading FlinkDeployment shop\/stock-check: flinkdeployments is forbidden.*Its role needs get and patch/,
  )
})

test('a kubeconfig that is not there is a mistake of the configuration', () => {
  expect(() => deploymentsOf({ kubeconfig: join(folder, 'nowhere') })).toThrow(
    /^operations\.kubernetes: no access: /,
  )
})
