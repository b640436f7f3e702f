import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type CgroupPaths,
  type ProcessValues,
  parseCgroupPaths,
  podUidOf,
  readCgroupV1,
  readCgroupV2,
} from './cgroup.ts'
import { type FlinkProcess, flinkProcessOf } from './flink-process.ts'

/** Where the kernel's files are; other folders in a DaemonSet that mounts the host's, and in tests. */
export interface HostRoots {
  readonly procRoot: string
  readonly cgroupRoot: string
}

export interface FoundProcess extends FlinkProcess {
  /** Pod uid by its cgroup; undefined outside Kubernetes, or where cgroup namespaces hide it. */
  readonly podUid: string | undefined
}

/** Every JVM of Flink that this process can see. */
export function findFlinkProcesses({ procRoot }: HostRoots): readonly FoundProcess[] {
  return readdirSync(procRoot).flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    const cmdline = textOf(join(procRoot, name, 'cmdline'))
    const found = cmdline === undefined ? undefined : flinkProcessOf(Number(name), cmdline)
    return found ? [{ ...found, podUid: podUidOf(pathsOf(procRoot, found.pid)) }] : []
  })
}

/** Memory, threads and file descriptors of one process; empty when it is gone. */
export function readProcess({ procRoot }: HostRoots, pid: number): ProcessValues {
  const folder = join(procRoot, String(pid))
  const status = textOf(join(folder, 'status'))
  if (status === undefined) return {}
  const rssKb = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  const threads = /^Threads:\s+(\d+)$/m.exec(status)?.[1]
  const limit = /^Max open files\s+(\d+)/m.exec(textOf(join(folder, 'limits')) ?? '')?.[1]
  const openFiles = countOf(join(folder, 'fd'))
  return {
    ...(rssKb !== undefined && { rssBytes: Number(rssKb) * 1024 }),
    ...(threads !== undefined && { threads: Number(threads) }),
    ...(openFiles !== undefined && { openFiles }),
    ...(limit !== undefined && { maxOpenFiles: Number(limit) }),
  }
}

/**
 * The control group of one process. Three places are tried: its own view (`/proc/PID/root`, a sidecar with a
 * shared process namespace), the host's tree by its path (a DaemonSet, a host), and the root that we see
 * ourselves (a sidecar that shares the pod's group). Empty when none has the files.
 */
export function readCgroup({ procRoot, cgroupRoot }: HostRoots, pid: number): ProcessValues {
  const paths = pathsOf(procRoot, pid)
  const own = join(procRoot, String(pid), 'root', 'sys', 'fs', 'cgroup')
  const v2 = [own, ...(paths.v2 === undefined ? [] : [join(cgroupRoot, paths.v2)])]
  for (const folder of v2) {
    const values = readCgroupV2((file) => textOf(join(folder, file)))
    if (Object.keys(values).length > 0) return values
  }
  if (paths.v1.size === 0) return {}
  return readCgroupV1((controller, file) => {
    const path = paths.v1.get(controller)
    if (path === undefined) return undefined
    // Controllers that are mounted together lie under both names, or under a joint one.
    const names = [controller, ...(controller.startsWith('cpu') ? ['cpu,cpuacct'] : [])]
    return first(names.map((name) => () => textOf(join(cgroupRoot, name, path, file))))
  })
}

function pathsOf(procRoot: string, pid: number): CgroupPaths {
  return parseCgroupPaths(textOf(join(procRoot, String(pid), 'cgroup')) ?? '')
}

function first<T>(tries: readonly (() => T | undefined)[]): T | undefined {
  for (const attempt of tries) {
    const found = attempt()
    if (found !== undefined) return found
  }
  return undefined
}

/** Undefined when it is not there, or not for us to read: a process may end between two looks. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function countOf(folder: string): number | undefined {
  try {
    return readdirSync(folder).length
  } catch {
    return undefined
  }
}
