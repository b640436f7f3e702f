// The control file: lines "node.knob=value" that the running job reads every 250 ms. One per
// cluster, so jobs that run at once must not share node ids.
import fs from 'node:fs'
import path from 'node:path'
import { checkLine, controlFile } from './layout.mjs'

/** Sets knobs; the others stay. One set to undefined is again as the job's arguments say. */
export function setControl(line, knobs) {
  write(line, { ...getControl(line), ...knobs })
}

export function getControl(line) {
  checkLine(line)
  if (!fs.existsSync(controlFile(line))) return {}
  const lines = fs.readFileSync(controlFile(line), 'utf8').split('\n').filter(Boolean)
  return Object.fromEntries(lines.map((text) => text.split(/=(.*)/s).slice(0, 2)))
}

/** Forgets what an earlier job set for nodes of these ids. */
export function resetControl(line, nodeIds) {
  const kept = Object.entries(getControl(line)).filter(([k]) => !nodeIds.includes(k.split('.')[0]))
  write(line, Object.fromEntries(kept))
}

function write(line, knobs) {
  const file = controlFile(line)
  const set = Object.entries(knobs).filter(([, value]) => value !== undefined)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  // Renamed into place: the job never reads half a file.
  fs.writeFileSync(`${file}.new`, set.map(([k, v]) => `${k}=${v}\n`).join(''))
  fs.renameSync(`${file}.new`, file)
}
