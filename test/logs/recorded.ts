import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { createLineReader } from '../../core/logs/reader.ts'
import { createRedactor } from '../../core/logs/redact.ts'
import { createTemplates } from '../../core/logs/templates.ts'
import type { LogLine } from '../../core/model/logs.ts'

/** Text of each log file of a recording, as its process wrote it. */
export function filesOf(recording: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const lines = gunzipSync(readFileSync(recording)).toString().split('\n')
  for (const line of lines) {
    if (!line.includes('"src":"log"')) continue
    const entry: { proc: string; file: string; line: string } = JSON.parse(line)
    const name = `${entry.proc} ${entry.file}`
    files.set(name, `${files.get(name) ?? ''}${entry.line}\n`)
  }
  return files
}

const redactor = createRedactor()
const templates = createTemplates()

/** A text as the product reads it. */
export function eventsOf(text: string, container: 'none' | 'cri' = 'none'): readonly LogLine[] {
  const reader = createLineReader({
    format: { container },
    startAt: 0,
    redactor,
    templates,
    readAt: () => 0,
  })
  return [...reader.push(new TextEncoder().encode(text)), ...reader.flush()]
}
