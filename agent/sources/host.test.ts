import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { SampleBlock } from '../../core/api/batch.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { createLog } from '../../core/kit/log.ts'
import { readCgroup, readProcess } from '../host/procfs.ts'
import { type HostSourceOptions, hostSource } from './host.ts'

const root = mkdtempSync(join(tmpdir(), 'weir-host-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A kernel's trees with these files in them. */
function tree(name: string, files: Readonly<Record<string, string>>): HostRootsOf {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, name, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return { procRoot: join(root, name, 'proc'), cgroupRoot: join(root, name, 'sys/fs/cgroup') }
}
type HostRootsOf = Pick<HostSourceOptions, 'procRoot' | 'cgroupRoot'>

const RUNNER = 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner'
const SESSION = 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint'
const command = (...words: string[]) => `${words.join('\0')}\0`
const status = 'Name:\tjava\nVmPeak:\t 9000 kB\nVmRSS:\t  2048 kB\nThreads:\t87\n'

const lines: string[] = []
const clock = manualClock(1_000_000)
const log = createLog({ level: 'info', format: 'text', write: (line) => lines.push(line), clock })
const never = new AbortController().signal

async function blocksOf(roots: HostRootsOf, over: Partial<HostSourceOptions> = {}) {
  const source = hostSource({ ...roots, cluster: 'lab', everyMs: 10_000, clock, log, ...over })
  return (await source.poll(never)).flatMap((payload) =>
    payload.kind === 'samples' ? payload.blocks : [],
  )
}
const told = (blocks: readonly SampleBlock[]) =>
  blocks.map(({ via, subjects, columns }) => [via, subjects[0], columns])

describe('the Flink processes of a host', () => {
  test('are found by their main class, and told by their ResourceID with their container', async () => {
    const roots = tree('host', {
      'proc/12/cmdline': command('java', '-Xmx1g', RUNNER, '-D', 'taskmanager.resource-id=tm-1'),
      'proc/12/cgroup': '0::/flink/tm\n',
      'proc/12/status': status,
      'proc/12/limits':
        'Limit  Soft Limit  Hard Limit  Units\nMax open files            1024  4096  files\n',
      'proc/12/fd/0': '',
      'proc/12/fd/1': '',
      'proc/13/cmdline': command('java', SESSION, '-Dkubernetes.cluster-id=orders'),
      'proc/13/status': status,
      'proc/14/cmdline': command('java', 'com.example.Other'),
      'proc/15/cmdline': command('grep', `${RUNNER}x`),
      'proc/self/cmdline': command('java', RUNNER),
      'sys/fs/cgroup/flink/tm/memory.current': '4096\n',
      'sys/fs/cgroup/flink/tm/cpu.stat': 'usage_usec 7000\n',
    })
    const taskmanager = { kind: 'taskmanager', cluster: 'lab', id: 'tm-1' }
    expect(told(await blocksOf(roots))).toEqual([
      ['cgroup', taskmanager, { cgroupCpuMs: [7], memoryCurrentBytes: [4096] }],
      [
        'procfs',
        taskmanager,
        { rssBytes: [2_097_152], threads: [87], openFiles: [2], maxOpenFiles: [1024] },
      ],
      [
        'procfs',
        { kind: 'jobmanager', cluster: 'orders' },
        { rssBytes: [2_097_152], threads: [87] },
      ],
    ])
  })

  test('a sidecar with a shared process namespace reads the container’s own view', async () => {
    const roots = tree('sidecar', {
      'proc/7/cmdline': command('java', RUNNER, '-Dtaskmanager.resource-id=tm-7'),
      'proc/7/cgroup': '0::/../other\n',
      'proc/7/root/sys/fs/cgroup/memory.max': '1000000\n',
      'sys/fs/cgroup/memory.max': '50\n',
    })
    expect(told(await blocksOf(roots))).toEqual([
      [
        'cgroup',
        { kind: 'taskmanager', cluster: 'lab', id: 'tm-7' },
        { memoryLimitBytes: [1_000_000] },
      ],
    ])
  })

  test('controllers of the first generation, mounted together under a joint name', async () => {
    const roots = tree('v1', {
      'proc/7/cmdline': command('java', RUNNER, '-Dtaskmanager.resource-id=tm-7'),
      'proc/7/cgroup': '4:memory:/pod/c\n3:cpu,cpuacct:/pod/c\n',
      'sys/fs/cgroup/cpu,cpuacct/pod/c/cpuacct.usage': '3000000\n',
      'sys/fs/cgroup/memory/pod/c/memory.usage_in_bytes': '9\n',
    })
    const [block] = await blocksOf(roots)
    expect(block?.columns).toEqual({ cgroupCpuMs: [3], memoryCurrentBytes: [9] })
  })

  test('the one TaskManager without a name is named by its reporter; several are left out, once said', async () => {
    const one = { 'proc/7/cmdline': command('java', RUNNER), 'proc/7/status': status }
    const reporter = {
      name: 'reporter',
      get: async () => ({
        status: 200,
        at: 1,
        body: 'flink_taskmanager_Status_JVM_Threads_Count{host="h",tm_id="10.1.2.3:6122-abc"} 5\n',
      }),
    }
    const [named] = await blocksOf(tree('one', one), { reporter })
    expect(named?.subjects).toEqual([
      { kind: 'taskmanager', cluster: 'lab', id: '10.1.2.3:6122-abc' },
    ])
    const two = { ...one, 'proc/8/cmdline': command('java', RUNNER), 'proc/8/status': status }
    const source = hostSource({
      ...tree('two', two),
      ...{ cluster: 'lab', everyMs: 10_000, clock, log, reporter },
    })
    lines.length = 0
    expect(await source.poll(never)).toEqual([])
    expect(await source.poll(never)).toEqual([])
    expect(lines.map((line) => /pid=\d+/.exec(line)?.[0])).toEqual(['pid=7', 'pid=8'])
  })

  test('a process that ends between two looks is no error', async () => {
    const roots = tree('gone', { 'proc/9/other': '' })
    expect([readProcess(roots, 9), readCgroup(roots, 9)]).toEqual([{}, {}])
  })

  test('the kernel here has what we read', () => {
    const here = { procRoot: '/proc', cgroupRoot: '/sys/fs/cgroup' }
    const own = readProcess(here, process.pid)
    expect(own.rssBytes).toBeGreaterThan(10_000_000)
    expect(own.threads).toBeGreaterThan(1)
    expect(own.openFiles).toBeGreaterThan(2)
    expect(own.maxOpenFiles).toBeGreaterThan(own.openFiles ?? 0)
  })
})
