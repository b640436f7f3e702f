import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rules } from '../../diagnosis/rules/index.ts'
import { type Judged, judgeRecording, recordingsFolder } from './judge.ts'

const known = new Set(rules.map((rule) => rule.id))
const files = readdirSync(recordingsFolder).filter((name) => name.endsWith('.ndjson.gz'))
const labels = join(recordingsFolder, 'labels.json')

describe.each(files)('%s', (file) => {
  let judged: Judged
  test('replays without a false finding of severity major or above', async () => {
    judged = await judgeRecording(join(recordingsFolder, file), labels)
    expect(judged.rounds).toBeGreaterThan(10)
    expect(judged.falseFindings).toEqual([])
  })

  test('names its cause at its place, when there is a rule for it', () => {
    const nameable = judged.wanted.some((rule) => known.has(rule))
    expect(judged.found !== undefined).toBe(nameable)
  })

  test('advises what the arithmetic of the fault asks for', () => {
    expect(judged.wrongAdvice).toEqual([])
  })
})
