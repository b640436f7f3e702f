import type { ProcessMetric } from '../../core/model/metrics.ts'

export type ProcessValues = Partial<Record<ProcessMetric, number>>

/** Text of a file of a cgroup, by its path below the cgroup; undefined when there is none. */
export type ReadFile = (path: string) => string | undefined

/**
 * What a control group says, both generations (Documentation/admin-guide/cgroup-v2.rst and cgroup-v1).
 * `v1` reads a file of a controller's own hierarchy. Files that the kernel does not have, limits that are
 * not set and counters that are not kept are absent, never 0.
 */
export function readCgroupV2(read: ReadFile): ProcessValues {
  const cpu = keyed(read('cpu.stat'))
  const memory = keyed(read('memory.stat'))
  const events = keyed(read('memory.events'))
  const io = ioTotals(read('io.stat'))
  return defined({
    cgroupCpuMs: over(cpu.get('usage_usec'), 1_000),
    cpuQuotaCores: quotaV2(read('cpu.max')),
    cpuPeriods: cpu.get('nr_periods'),
    throttledPeriods: cpu.get('nr_throttled'),
    throttledMs: over(cpu.get('throttled_usec'), 1_000),
    memoryCurrentBytes: number(read('memory.current')),
    memoryPeakBytes: number(read('memory.peak')),
    memoryLimitBytes: number(read('memory.max')),
    memoryAnonBytes: memory.get('anon'),
    memoryFileBytes: memory.get('file'),
    memoryInactiveFileBytes: memory.get('inactive_file'),
    oomKills: events.get('oom_kill'),
    cpuPressureMs: pressureMs(read('cpu.pressure')),
    memoryPressureMs: pressureMs(read('memory.pressure')),
    ioPressureMs: pressureMs(read('io.pressure')),
    ioReadBytes: io?.read,
    ioWriteBytes: io?.write,
  })
}

/** The same from the controllers of the first generation. */
export function readCgroupV1(
  read: (controller: string, path: string) => string | undefined,
): ProcessValues {
  const cpu = keyed(read('cpu', 'cpu.stat'))
  const memory = keyed(read('memory', 'memory.stat'))
  const oom = keyed(read('memory', 'memory.oom_control'))
  const quota = number(read('cpu', 'cpu.cfs_quota_us'))
  const period = number(read('cpu', 'cpu.cfs_period_us'))
  const limit = number(read('memory', 'memory.limit_in_bytes'))
  return defined({
    cgroupCpuMs: over(number(read('cpuacct', 'cpuacct.usage')), 1e6),
    // -1 is "no quota"; with quotas of v1 the throttled time is in ns, not in µs.
    cpuQuotaCores: quota !== undefined && quota > 0 && period ? quota / period : undefined,
    cpuPeriods: cpu.get('nr_periods'),
    throttledPeriods: cpu.get('nr_throttled'),
    throttledMs: over(cpu.get('throttled_time'), 1e6),
    memoryCurrentBytes: number(read('memory', 'memory.usage_in_bytes')),
    memoryPeakBytes: number(read('memory', 'memory.max_usage_in_bytes')),
    // "No limit" is written as the largest number of pages, near 2^63.
    memoryLimitBytes: limit !== undefined && limit < NO_LIMIT_BYTES ? limit : undefined,
    memoryAnonBytes: memory.get('total_rss') ?? memory.get('rss'),
    memoryFileBytes: memory.get('total_cache') ?? memory.get('cache'),
    memoryInactiveFileBytes: memory.get('total_inactive_file') ?? memory.get('inactive_file'),
    oomKills: oom.get('oom_kill'),
  })
}

const NO_LIMIT_BYTES = 2 ** 62

/** Where the cgroup of a process lies, from `/proc/PID/cgroup`; the paths are as the process sees them. */
export interface CgroupPaths {
  readonly v2: string | undefined
  /** By controller: cpu, cpuacct, memory, … */
  readonly v1: ReadonlyMap<string, string>
}

export function parseCgroupPaths(text: string): CgroupPaths {
  const v1 = new Map<string, string>()
  let v2: string | undefined
  for (const line of text.split('\n')) {
    const [, id, controllers = '', path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? []
    if (path === undefined) continue
    if (id === '0' && controllers === '') v2 = path
    for (const controller of controllers.split(',')) if (controller !== '') v1.set(controller, path)
  }
  return { v2, v1 }
}

/**
 * The uid of the pod in a cgroup path of Kubernetes, both drivers: `…/kubepods-burstable-pod<uid_>.slice/…`
 * (systemd, dashes written as underscores) and `…/kubepods/burstable/pod<uid>/…` (cgroupfs).
 */
export function podUidOf({ v2, v1 }: CgroupPaths): string | undefined {
  for (const path of [v2, ...v1.values()]) {
    const uid =
      /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})/.exec(
        path ?? '',
      )?.[1]
    if (uid !== undefined) return uid.replaceAll('_', '-')
  }
  return undefined
}

/** Lines of "name number". */
function keyed(text: string | undefined): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const line of (text ?? '').split('\n')) {
    const [, name, value] = /^(\S+)\s+(-?\d+)$/.exec(line) ?? []
    if (name !== undefined) values.set(name, Number(value))
  }
  return values
}

/** A file of one number; "max" is none. */
function number(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? ''
  return /^-?\d+$/.test(trimmed) ? Number(trimmed) : undefined
}

/** `cpu.max`: "200000 100000" or "max 100000". */
function quotaV2(text: string | undefined): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)/.exec(text ?? '') ?? []
  return quota === undefined || !Number(period) ? undefined : Number(quota) / Number(period)
}

/** Pressure stall information: time in which some task waited, from "some avg10=… total=<µs>". */
function pressureMs(text: string | undefined): number | undefined {
  const total = /^some .*\btotal=(\d+)/m.exec(text ?? '')?.[1]
  return total === undefined ? undefined : Number(total) / 1_000
}

/** Sums over all devices: "8:0 rbytes=1 wbytes=2 rios=…". */
function ioTotals(text: string | undefined): { read: number; write: number } | undefined {
  if (text === undefined) return undefined
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`\\b${name}=(\\d+)`, 'g'))].reduce((a, m) => a + Number(m[1]), 0)
  return { read: sum('rbytes'), write: sum('wbytes') }
}

const over = (value: number | undefined, divisor: number) =>
  value === undefined ? undefined : value / divisor

function defined(values: { readonly [M in ProcessMetric]?: number | undefined }): ProcessValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
