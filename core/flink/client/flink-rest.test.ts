import { expect, test } from 'vitest'
import { flinkRest } from './flink-rest.ts'

const never = new AbortController().signal
const answering = (status: number, body: string) =>
  flinkRest({ name: 'http://jm:8081', get: async () => ({ status, body, at: 1 }) })

test.each([
  [
    'credentials are wanted',
    401,
    '',
    { code: 'source-access', retriable: false, message: /answered 401 .*credentials/ },
  ],
  [
    'a web page',
    200,
    '<html>',
    {
      code: 'source-not-flink',
      retriable: false,
      message: /is not a Flink JobManager.*a web page/,
    },
  ],
  [
    'some other JSON',
    200,
    '{"status":"UP"}',
    { code: 'source-not-flink', retriable: false, message: /is not a Flink JobManager/ },
  ],
  [
    'a job that is gone',
    404,
    '{"errors":["Job r not found\\n\\tat a.b"]}',
    { code: 'source-absent', retriable: false, message: /answered 404 .*Job r not found$/ },
  ],
  [
    'a JobManager in trouble',
    503,
    'Service temporarily unavailable due to an ongoing leader election.',
    { code: 'source-status', retriable: true, message: /leader election/ },
  ],
])('%s', async (_, status, body, { message, ...expected }) => {
  const asked = answering(status, body).overview(never)
  await expect(asked).rejects.toMatchObject({ name: 'SourceError', ...expected })
  await expect(asked).rejects.toThrow(message)
})

test('a shape of a newer Flink names the place, and is no other program', async () => {
  await expect(answering(200, '{"history":7}').checkpoints('r', never)).rejects.toThrow(
    /in a shape Weir does not know \(at counts: .*newer Flink/,
  )
})
