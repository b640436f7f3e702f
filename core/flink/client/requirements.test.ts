import { expect, test } from 'vitest'
import { requirementsClient } from './requirements.ts'

const never = new AbortController().signal

/** Bodies as Flink 2.2.1 gave them, their stack traces cut short. */
const recorded = {
  sizes: '{"a374":{"parallelism":{"lowerBound":1,"upperBound":1}}}',
  gone: '{"errors":["Internal server error.","<Exception on server side:\\norg.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (aaaa)\\n\\tat org.apache.flink.runtime.dispatcher.Dispatcher.getJobMasterGateway(Dispatcher.java:1529)"]}',
  otherScheduler:
    '{"errors":["Internal server error.","<Exception on server side:\\njava.lang.UnsupportedOperationException: The DefaultScheduler does not support changing the parallelism without a job restart. This feature is currently only expected to work with the AdaptiveScheduler.\\n\\tat org.apache.flink.runtime.scheduler.SchedulerNG.requestJobResourceRequirements(SchedulerNG.java:218)"]}',
  incomplete:
    '{"errors":["org.apache.flink.runtime.rest.handler.RestHandlerException: The request is incomplete, missing job vertex [4d64] resource requirements.\\nThe request is incomplete, missing job vertex [5e90] resource requirements.\\n\\tat org.apache.flink.runtime.dispatcher.Dispatcher.validateMaxParallelism(Dispatcher.java:1256)"]}',
  aboveMost:
    '{"errors":["org.apache.flink.runtime.rest.handler.RestHandlerException: The newly requested parallelism 4000 for the job vertex a374 exceeds its maximum parallelism 128.\\n\\tat org.apache.flink.runtime.dispatcher.Dispatcher.validateMaxParallelism(Dispatcher.java:1256)"]}',
}

const answering = (status: number, body: string) => {
  const answer = async () => ({ status, body, at: 1 })
  return requirementsClient({ name: 'http://jm:8081', get: answer, put: answer })
}

test.each([
  [
    'sizes',
    200,
    recorded.sizes,
    {
      kind: 'known',
      requirements: { a374: { parallelism: { lowerBound: 1, upperBound: 1 } } },
    },
  ],
  ['a job that is gone', 500, recorded.gone, { kind: 'gone' }],
  ['another scheduler', 500, recorded.otherScheduler, { kind: 'other-scheduler' }],
  [
    'a Flink before 1.18',
    404,
    '{"errors":["Not found: /jobs/r/resource-requirements"]}',
    { kind: 'too-old' },
  ],
])('reads %s', async (_, status, body, expected) => {
  expect(await answering(status, body).read('r', never)).toEqual(expected)
})

test.each([
  ['takes them', 200, '{}', { kind: 'taken' }],
  [
    'says what is missing',
    400,
    recorded.incomplete,
    {
      kind: 'refused',
      reason:
        'The request is incomplete, missing job vertex [4d64] resource requirements. The request is incomplete, missing job vertex [5e90] resource requirements.',
    },
  ],
  [
    'says what is too much',
    400,
    recorded.aboveMost,
    {
      kind: 'refused',
      reason:
        'The newly requested parallelism 4000 for the job vertex a374 exceeds its maximum parallelism 128.',
    },
  ],
  ['has another scheduler', 500, recorded.otherScheduler, { kind: 'other-scheduler' }],
])('a JobManager that is given sizes %s', async (_, status, body, expected) => {
  expect(await answering(status, body).write('r', {}, never)).toEqual(expected)
})

test.each([
  ['wants credentials', 401, '', { code: 'source-access', retriable: false }],
  [
    'is in trouble',
    503,
    'Service temporarily unavailable due to an ongoing leader election.',
    { code: 'source-status', retriable: true },
  ],
  ['answers nonsense', 200, '[1]', { code: 'source-shape', retriable: false }],
])('a JobManager that %s is an error', async (_, status, body, expected) => {
  await expect(answering(status, body).read('r', never)).rejects.toMatchObject(expected)
})
