// Entries of the processes: {src: "proc", proc, pid, stat, status, io} and, when one ends,
// {src: "exit", proc, pid, code, signal}.
import fs from 'node:fs'
import { jobManagerName, kafkaName, TASK_MANAGERS, taskManagerName } from '../layout.mjs'
import { exits, pidOf } from '../processes.mjs'

const STATUS_LINES = /^(State|VmHWM|VmRSS|RssAnon|Threads|voluntary)/

const flinkProcesses = (line) => [
  ['jm', jobManagerName(line)],
  ...TASK_MANAGERS.map((n) => [`tm${n}`, taskManagerName(line, n)]),
]

export function readProcesses(line, put) {
  for (const [proc, name] of flinkProcesses(line)) {
    const pid = pidOf(name)
    if (pid === undefined) continue
    const read = (file) => fs.readFileSync(`/proc/${pid}/${file}`, 'utf8').trim()
    try {
      const status = read('status')
        .split('\n')
        .filter((text) => STATUS_LINES.test(text))
      put({ src: 'proc', proc, pid, stat: read('stat'), status: status.join('\n'), io: read('io') })
    } catch {
      // It ended between the two reads, or this system has no /proc.
    }
  }
}

/** Returns what ends the watch. */
export function watchExits(line, put) {
  const procs = new Map([...flinkProcesses(line), ['kafka', kafkaName(line)]].map(swap))
  const onExit = ({ t, name, pid, code, signal }) => {
    if (procs.has(name)) put({ t, src: 'exit', proc: procs.get(name), pid, code, signal })
  }
  exits.on('exit', onExit)
  return () => exits.off('exit', onExit)
}

const swap = ([proc, name]) => [name, proc]
