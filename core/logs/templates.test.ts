import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTemplates, templateText } from './templates.ts'

const jobId = '4b65f20c4df260b0e5dd8cfbc4ccc268'
const attempt = `${jobId}_bc4197a480c92c793190a9f8c0afc54c_0_0`

test.each([
  ['', ''],
  ['Starting program (detached: true)', 'Starting program (detached: true)'],
  [
    `Completed checkpoint 7 for job ${jobId} (1234 bytes, checkpointDuration=45 ms).`,
    'Completed checkpoint <*> for job <*> (<*> bytes, checkpointDuration=<*> ms).',
  ],
  ['Recovering to checkpoint -1 for x', 'Recovering to checkpoint <*> for x'],
  [
    `Job order-revenue (${jobId}) switched from state CREATED to RUNNING.`,
    'Job <*> (<*>) switched from state CREATED to RUNNING.',
  ],
  [
    `Source: orders (1/2) (${attempt}) switched from CREATED to SCHEDULED.`,
    '<*> (<*>/<*>) (<*>) switched from CREATED to SCHEDULED.',
  ],
  [
    `Attempting to fail task externally wide-output: Writer (2/2)#17 (${attempt}).`,
    'Attempting to fail task externally <*> (<*>/<*>)#<*> (<*>).',
  ],
  [
    `Deploying Parse order (1/2) (attempt #0) with attempt id ${attempt}`,
    'Deploying <*> (<*>/<*>) (attempt #<*>) with attempt id <*>',
  ],
  [
    'Source Source: new orders registering reader for parallel task 0 (#0) @ 10.0.0.1',
    'Source Source: <*> registering reader for parallel task <*> (#<*>) @ <*>',
  ],
  [
    'Marking checkpoint 7 as completed for source Source: orders.',
    'Marking checkpoint <*> as completed for source Source: <*>.',
  ],
  ['Processed batch (3/10) of users', 'Processed batch (<*>/<*>) of users'],
  ["Task 'Render page (1/2)#0' did not react", 'Task <*> did not react'],
  ["the task's own and Bob's", "the task's own and Bob's"],
  ['took 45ms, 1.5s and 12.5 % of 3GB', 'took <*>ms, <*>s and <*> % of <*>GB'],
  ['at 2026-01-05 10:11:12,345 from 127.0.0.1:8221', 'at <*>-<*>-<*> <*> from <*>'],
  [
    'id 8bd1c6c1-b2e0-f4d1-a1b7-a6a5f3f2e1d0 and 12345678-1234-1234-1234-123456789012',
    'id <*> and <*>',
  ],
  ['Backend@a065125 and Backend@1234567', 'Backend@<*> and Backend@<*>'],
  ['memory 0x00007f664c664cf8 of flink-taskmanager-1-3', 'memory <*> of flink-taskmanager-<*>-<*>'],
  [
    'pod shop-7d9f8c6b5-x2x4z and shop-7d9f8c6b5-bcdfg gone',
    'pod shop-<*>-<*> and shop-<*>-<*> gone',
  ],
  ['Replayed payments-3, payments-0', 'Replayed payments-<*>, payments-<*>'],
  ['splits [1, 2, 3] and [4]', 'splits [<*>] and [<*>]'],
  [
    '(checkpoints "file:/lab/cluster-2.2/ckpt") in s3://b/c and /tmp/x.',
    '(checkpoints <*>) in s<*>:<*> and <*>.',
  ],
  ['at pekko.tcp://flink@127.0.0.1:8221/user/rpc/jobmanager_2 .', 'at pekko.tcp:<*> .'],
  ['pod lab-22b-x and 7th', 'pod lab-<*>-x and <*>'],
  ['log4j, k8s, s3a and utf8 stay words', 'log4j, k8s, s3a and utf<*> stay words'],
  ['  many   blanks\tand tabs  ', 'many blanks and tabs'],
  ['first line 1\nsecond line', 'first line <*>'],
  ['作业 42 失败', '作业 <*> 失败'],
  ['payload deadbeef1 abc123 cafe', 'payload <*> <*> cafe'],
  ['a/b and text/plain', 'a/b and text/plain'],
  ["unclosed 'quote", "unclosed 'quote"],
])('%j is a line of %j', (message, expected) => {
  expect(templateText(message)).toBe(expected)
})

test('an id is a function of logger and message, in every process', () => {
  const line = (id: number) => `Completed checkpoint ${id} for job ${jobId}`
  const templates = createTemplates()
  expect(templates.idOf('a.B', line(7))).toBe('0e5a2cb96a7f43')
  expect(templates.idOf('a.B', line(8))).toBe(templates.idOf('a.B', line(7)))
  expect(createTemplates().idOf('a.B', line(9))).toBe(templates.idOf('a.B', line(7)))
  expect(templates.idOf('a.C', line(7))).not.toBe(templates.idOf('a.B', line(7)))
  expect(templates.idOf(undefined, line(7))).not.toBe(templates.idOf('', `x${line(7)}`))
})

test("the recordings' lines are of few templates, and no two templates share an id", () => {
  const lines = readFileSync(
    `${import.meta.dirname}/../../test/fixtures/logs/ordinary.log`,
    'utf8',
  ).split('\n')
  const messages = lines
    .filter((line) => line.startsWith('2026'))
    .map((line) => line.slice(line.indexOf(' - ') + 3))
  const templates = createTemplates()
  const byId = new Map(
    messages.map((message) => [templates.idOf(undefined, message), templateText(message)]),
  )
  expect(new Set(byId.values()).size).toBe(byId.size)
  expect(new Set(messages.map(templateText)).size).toBe(byId.size)
})

test('a megabyte of one message costs what its beginning costs', () => {
  for (const piece of ['a', '1', "'", '"x', '/', '(', '-', 'a1', ' (1/2)#0', 'task ', '1, ']) {
    expect(templateText(piece.repeat(1_000_000)).length).toBeLessThanOrEqual(3_003)
  }
})
