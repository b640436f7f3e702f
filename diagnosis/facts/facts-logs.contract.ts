import { expect, test } from 'vitest'
import type { JobFacts } from '../../core/model/facts.ts'
import type { Subject } from './facts.contract.ts'
import { LINES_PER_KIND } from './logged.ts'
import { linesOf, originOf, written } from './logs.fixture.ts'
import { jobNamed, NOW, told, wordsOn } from './payloads.fixture.ts'
import { LOG_WINDOW_MS } from './source.ts'

const ago = (ms: number) => NOW - ms
const messagesOf = ({ logs }: JobFacts) => logs?.lines.map(({ line: { message } }) => message)

const RUN = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)
const VERTEX = 'c'.repeat(32)

/** What of the lines of logs becomes facts, and of which job. */
export function logsContract({ give, read }: Subject): void {
  test('lines that tell nothing say only that the logs are followed; without any line nobody knows', async () => {
    const [followed, dark, late] = ['followed', 'dark', 'late'].map((name) => jobNamed(name, 'lit'))
    for (const job of [followed, dark, late]) {
      await give(told(wordsOn(job ?? '', RUN).run(ago(9_000))))
    }
    const calm = { at: ago(5_000), message: 'Nothing happens.', level: 'WARN' } as const
    await give(
      written(
        linesOf({ job: followed ?? '', process: 'jobmanager' }, calm),
        linesOf({ job: late ?? '', process: 'jobmanager' }, { ...calm, at: NOW + 1 }),
      ),
    )
    expect((await read(followed ?? '')).logs).toEqual({ lines: [], failures: [] })
    expect((await read(dark ?? '')).logs).toBeUndefined()
    expect((await read(late ?? '')).logs).toBeUndefined()
    expect((await read(followed ?? '', NOW + LOG_WINDOW_MS)).logs).toBeUndefined()
  })

  test('that checkpoints complete is a fact only beside something that went wrong', async () => {
    const [calm = '', sick = ''] = ['calm', 'sick'].map((name) => jobNamed(name, 'beside'))
    const done = { at: ago(6_000), message: 'Completed checkpoint 7', signature: 'cp-completed' }
    const lost = { at: ago(5_000), message: 'Gone', signature: 'tm-unreachable' }
    await give(
      told(wordsOn(calm, RUN).run(ago(9_000)), wordsOn(sick, RUN).run(ago(9_000))),
      written(linesOf({ job: calm, process: 'jobmanager' }, done)),
      written(linesOf({ job: sick, process: 'jobmanager' }, done, lost)),
    )
    expect(messagesOf(await read(calm))).toEqual([])
    expect(messagesOf(await read(sick))).toEqual(['Completed checkpoint 7', 'Gone'])
  })

  test('a line that tells something is a fact with its place, cut to what a person reads', async () => {
    const job = jobNamed('telling', 'telling')
    const line = {
      ...{ at: ago(5_000), message: `Checkpoint 7 expired ${'x'.repeat(40_000)}`, bytes: 41_000 },
      ...{ level: 'WARN' as const, signature: 'cp-expired', thread: 'main', logger: 'a.B' },
    }
    await give(
      told(wordsOn(job, RUN).run(ago(9_000))),
      written(linesOf({ job, process: 'tm-1' }, line)),
    )
    const { file } = originOf({ job, process: 'tm-1' })
    expect((await read(job)).logs?.lines).toEqual([
      {
        ...{ owner: job, at: ago(5_000), file, offset: ago(5_000), pod: 'tm-1', attempt: 0 },
        taskmanager: 'tm-1',
        line: {
          ...{ ...line, offset: ago(5_000), stream: 'file', timed: 'line', template: 't' },
          message: line.message.slice(0, 4_000),
        },
      },
    ])
  })

  test('of what is written again and again the newest lines count, and hide nothing else', async () => {
    const job = jobNamed('flood', 'flood')
    const process = { job, process: 'jobmanager' }
    const flood = Array.from({ length: LINES_PER_KIND + 20 }, (_, index) => ({
      ...{ at: ago(9_000 - index), message: `flood ${index}`, signature: 'k-node' },
    }))
    const rare = { at: ago(60_000), message: 'rare', signature: 'tm-heartbeat' }
    await give(
      told(wordsOn(job, RUN).run(ago(90_000))),
      written(linesOf(process, rare, ...flood)),
      // A repeat is no second line.
      written(linesOf(process, ...flood)),
    )
    const messages = messagesOf(await read(job)) ?? []
    expect(messages.length).toBe(LINES_PER_KIND + 1)
    expect([messages[0], messages[1], messages.at(-1)]).toEqual([
      ...['rare', 'flood 20', `flood ${LINES_PER_KIND + 19}`],
    ])
  })

  test('of a process that jobs share each has the lines that are not about another', async () => {
    const job = jobNamed('one', 'many')
    const words = wordsOn(job, RUN)
    const graph = words.topology(ago(90_000), 'Map')
    const [vertex] = graph.topology.vertices
    if (!vertex) throw new Error('The fixture has a vertex.')
    const topology = { ...graph.topology, vertices: [{ ...vertex, id: VERTEX }] }
    await give(
      told(
        words.run(ago(90_000)),
        { ...graph, topology },
        words.placement(ago(90_000), VERTEX, 0, 'tm-1'),
      ),
    )
    const tell = (n: number, message: string) => ({
      ...{ at: ago(9_000 - n), message, signature: 'oom-heap' },
    })
    const failed = (vertexId: string) =>
      `Map (1/2) (${'d'.repeat(32)}_${vertexId}_0_3) switched from RUNNING to FAILED on tm-1 @ h (dataPort=1).`
    await give(
      written(
        linesOf(
          { job, shared: 'jobmanager' },
          tell(1, `Checkpoint 3 of job ${RUN} expired`),
          tell(2, `Checkpoint 4 of job ${OTHER} expired`),
          tell(3, failed(VERTEX)),
          tell(4, failed(OTHER)),
          tell(5, `Job one (${OTHER}) switched from state RUNNING to FAILED.`),
        ),
        linesOf({ job, shared: 'tm-1' }, tell(6, 'on its host')),
        linesOf({ job, shared: 'tm-2' }, tell(7, 'on a host of others')),
        linesOf({ job, shared: 'tm-1x', namespace: 'elsewhere' }, tell(8, 'of another namespace')),
      ),
    )
    expect(messagesOf(await read(job))).toEqual([
      `Checkpoint 3 of job ${RUN} expired`,
      failed(VERTEX),
      'on its host',
    ])
  })

  test('the failure of a task is told as the exception history would, if it is of this run', async () => {
    const job = jobNamed('failing', 'failing')
    const stack = [
      'java.io.IOException: outer',
      '\tat a.B.c(B.java:1)',
      'Caused by: java.lang.IllegalStateException: code 17 is unknown',
    ].join('\n')
    const line = (at: number) => ({
      ...{ at, exception: 'java.io.IOException', rootCause: 'java.lang.IllegalStateException' },
      message: `Check (1/2)#3 (${'d'.repeat(32)}_${VERTEX}_0_3) switched from RUNNING to FAILED with failure cause:`,
      stack,
    })
    await give(
      told(wordsOn(job, RUN).run(ago(90_000), { startedAt: ago(60_000) })),
      written(linesOf({ job, process: 'tm-1' }, line(ago(80_000)), line(ago(5_000)))),
    )
    const { file } = originOf({ job, process: 'tm-1' })
    expect((await read(job)).logs?.failures).toEqual([
      {
        ...{ type: 'exception', at: ago(5_000), job, run: RUN, name: 'java.io.IOException' },
        ...{ root: 'java.lang.IllegalStateException', message: 'code 17 is unknown', stack },
        ...{ task: 'Check (1/2) - execution #3', taskmanager: 'tm-1' },
        line: { owner: job, at: ago(5_000), file, offset: ago(5_000) },
      },
    ])
  })
}
