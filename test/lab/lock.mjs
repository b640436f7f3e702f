import fs from 'node:fs'
import path from 'node:path'
import { LAB } from './layout.mjs'
import { until } from './wait.mjs'

/**
 * One process at a time does `work`: two downloads into one folder spoil each other, and clusters
 * that start at once on two cores keep each other from ever answering.
 */
export async function alone(what, work) {
  const file = path.join(LAB, `${what}.lock`)
  fs.mkdirSync(LAB, { recursive: true })
  await until(`another "${what}" of the lab (${file})`, 600_000, () => take(file))
  try {
    return await work()
  } finally {
    fs.rmSync(file, { force: true })
  }
}

function take(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    if (!lives(Number(fs.readFileSync(file, 'utf8')))) fs.rmSync(file, { force: true })
    return false
  }
}

function lives(pid) {
  if (pid === 0) return true // the owner has created the file and not yet written its pid
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
