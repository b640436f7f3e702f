// Java processes that outlive this one, found again by pid files. Only what the lab started is ever
// signalled: a pid file counts only while the command line of that pid names the work folder.
import { execFileSync, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { LAB } from './layout.mjs'
import { until } from './wait.mjs'

const PIDS = path.join(LAB, 'pids')
const pidFile = (name) => path.join(PIDS, name)

/** Emits "exit" {t, name, pid, code, signal} for every process that this Node process started. */
export const exits = new EventEmitter()

/** Starts `java` in a session of its own; standard output and error go to the file `out`. */
export function startJava(name, args, out) {
  fs.mkdirSync(path.dirname(out), { recursive: true })
  fs.mkdirSync(PIDS, { recursive: true })
  const fd = fs.openSync(out, 'a')
  const child = spawn('java', args, {
    detached: true,
    stdio: ['ignore', fd, fd],
    cwd: path.dirname(out),
  })
  fs.closeSync(fd)
  child.on('error', (error) => fs.appendFileSync(out, `${error.message}\n`))
  if (child.pid === undefined) throw new Error(`java did not start: see ${out}`)
  child.on('exit', (code, signal) => {
    exits.emit('exit', { t: Date.now(), name, pid: child.pid, code, signal })
  })
  child.unref()
  fs.writeFileSync(pidFile(name), `${child.pid}\n`)
}

/** Empty for a process that is gone or a zombie. */
function commandLine(pid) {
  try {
    if (fs.existsSync('/proc/self')) return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

/** The pid of a running process of the lab, else undefined. */
export function pidOf(name) {
  let pid
  try {
    pid = Number(fs.readFileSync(pidFile(name), 'utf8'))
  } catch {
    return undefined
  }
  return commandLine(pid).includes(LAB) ? pid : undefined
}

export const running = (name) => pidOf(name) !== undefined

/** Ends a process; one that ignores the signal for 20 s is killed. */
export async function stop(name, signal = 'SIGTERM') {
  const pid = pidOf(name)
  if (pid !== undefined) {
    process.kill(pid, signal)
    const gone = () => !running(name)
    await until(`end of ${name}`, 20_000, gone, 50).catch(async () => {
      process.kill(pid, 'SIGKILL')
      await until(`end of ${name}`, 5_000, gone, 50)
    })
  }
  fs.rmSync(pidFile(name), { force: true })
}

export function sendSignal(name, signal) {
  const pid = pidOf(name)
  if (pid === undefined) throw new Error(`${name} does not run`)
  process.kill(pid, signal)
}

/** Every process with a pid file: {name, pid?, rssMiB?}; no pid when it has ended. */
export function list() {
  if (!fs.existsSync(PIDS)) return []
  return fs.readdirSync(PIDS).map((name) => {
    const pid = pidOf(name)
    return { name, pid, rssMiB: rssOf(pid) }
  })
}

function rssOf(pid) {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024)
  } catch {
    return undefined
  }
}
