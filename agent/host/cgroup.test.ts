import { describe, expect, test } from 'vitest'
import { parseCgroupPaths, podUidOf, readCgroupV1, readCgroupV2 } from './cgroup.ts'

/** Files as the kernel prints them, by their path below the cgroup. */
const v2Files: Readonly<Record<string, string>> = {
  'cpu.stat':
    'usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\nnr_periods 120\nnr_throttled 30\nthrottled_usec 4500000\nnr_bursts 0\nburst_usec 0\n',
  'cpu.max': '150000 100000\n',
  'memory.current': '1073741824\n',
  'memory.peak': '1181116006\n',
  'memory.max': '1610612736\n',
  'memory.stat':
    'anon 805306368\nfile 201326592\nkernel 12582912\ninactive_file 104857600\nactive_file 96468992\n',
  'memory.events': 'low 0\nhigh 0\nmax 17\noom 2\noom_kill 1\noom_group_kill 0\n',
  'cpu.pressure':
    'some avg10=1.00 avg60=0.50 avg300=0.10 total=7000000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
  'memory.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=250000\n',
  'io.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
  'io.stat':
    '8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n259:0 rbytes=1000 wbytes=2000 rios=1 wios=1 dbytes=0 dios=0\n',
}

describe('a control group of the second generation', () => {
  test('says what the container used, may use, and waited for', () => {
    expect(readCgroupV2((file) => v2Files[file])).toEqual({
      cgroupCpuMs: 2_500,
      cpuQuotaCores: 1.5,
      cpuPeriods: 120,
      throttledPeriods: 30,
      throttledMs: 4_500,
      memoryCurrentBytes: 2 ** 30,
      memoryPeakBytes: 1_181_116_006,
      memoryLimitBytes: 1.5 * 2 ** 30,
      memoryAnonBytes: 805_306_368,
      memoryFileBytes: 201_326_592,
      memoryInactiveFileBytes: 104_857_600,
      oomKills: 1,
      cpuPressureMs: 7_000,
      memoryPressureMs: 250,
      ioPressureMs: 0,
      ioReadBytes: 5_096,
      ioWriteBytes: 10_192,
    })
  })

  test.each<[string, Readonly<Record<string, string>>, object]>([
    ['no limits are absent, not zero', { 'cpu.max': 'max 100000\n', 'memory.max': 'max\n' }, {}],
    [
      'without the cpu controller there is use but no throttling',
      { 'cpu.stat': 'usage_usec 5000\nuser_usec 5000\nsystem_usec 0\n' },
      { cgroupCpuMs: 5 },
    ],
    [
      'an old kernel without peak and pressure',
      { 'memory.current': '4096\n' },
      { memoryCurrentBytes: 4_096 },
    ],
    ['nothing at all is nothing', {}, {}],
    [
      'nonsense is nothing',
      { 'cpu.stat': 'usage_usec x\n', 'memory.current': '\n', 'cpu.max': '1\n' },
      {},
    ],
  ])('%s', (_, files, values) => {
    expect(readCgroupV2((file) => files[file])).toEqual(values)
  })
})

describe('control groups of the first generation', () => {
  test('say the same in their own units', () => {
    const files: Readonly<Record<string, string>> = {
      'cpu/cpu.stat': 'nr_periods 120\nnr_throttled 30\nthrottled_time 4500000000\n',
      'cpu/cpu.cfs_quota_us': '150000\n',
      'cpu/cpu.cfs_period_us': '100000\n',
      'cpuacct/cpuacct.usage': '2500000000\n',
      'memory/memory.usage_in_bytes': '1073741824\n',
      'memory/memory.max_usage_in_bytes': '1181116006\n',
      'memory/memory.limit_in_bytes': '1610612736\n',
      'memory/memory.stat':
        'cache 1\nrss 2\ntotal_cache 201326592\ntotal_rss 805306368\ntotal_inactive_file 104857600\n',
      'memory/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
    }
    expect(readCgroupV1((controller, file) => files[`${controller}/${file}`])).toEqual({
      cgroupCpuMs: 2_500,
      cpuQuotaCores: 1.5,
      cpuPeriods: 120,
      throttledPeriods: 30,
      throttledMs: 4_500,
      memoryCurrentBytes: 2 ** 30,
      memoryPeakBytes: 1_181_116_006,
      memoryLimitBytes: 1.5 * 2 ** 30,
      memoryAnonBytes: 805_306_368,
      memoryFileBytes: 201_326_592,
      memoryInactiveFileBytes: 104_857_600,
      oomKills: 1,
    })
  })

  test('no limits are absent, not enormous', () => {
    const files: Readonly<Record<string, string>> = {
      'cpu/cpu.cfs_quota_us': '-1\n',
      'cpu/cpu.cfs_period_us': '100000\n',
      'memory/memory.limit_in_bytes': '9223372036854771712\n',
    }
    expect(readCgroupV1((controller, file) => files[`${controller}/${file}`])).toEqual({})
  })
})

const uid = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0'
test.each([
  [
    'systemd',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-abc.scope\n`,
    uid,
  ],
  ['cgroupfs', `0::/kubepods/burstable/pod${uid}/abc\n`, uid],
  [
    'first generation',
    `12:memory:/kubepods/pod${uid}/abc\n11:cpu,cpuacct:/kubepods/pod${uid}/abc\n`,
    uid,
  ],
  ['a cgroup namespace', '0::/\n', undefined],
  ['a plain host', '0::/user.slice/user-1000.slice/session-2.scope\n', undefined],
])('the pod of a process by its cgroup: %s', (_, text, expected) => {
  expect(podUidOf(parseCgroupPaths(text))).toBe(expected)
})
