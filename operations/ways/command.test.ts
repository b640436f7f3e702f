import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { application, jobFacts, SINK, SOURCE, STOCK } from '../examples.fixture.ts'
import { commandFor } from './command.ts'
import { parseOverrides } from './overrides.ts'

const { resized } = application()

/** The words of a command, as a shell makes them. */
function words(command: string): readonly string[] {
  const print = `print_words() { for word in "$@"; do printf '%s\\0' "$word"; done; }; print_words ${command}`
  return execFileSync('sh', ['-c', print]).toString().split('\0').slice(0, -1)
}

test('outside of Kubernetes it is a request to the JobManager, with every vertex', () => {
  const [curl, , method, url, , header, , body = ''] = words(
    commandFor(jobFacts(), resized, 'http://jm:8081'),
  )
  expect([curl, method, header]).toEqual(['curl', 'PUT', 'content-type: application/json'])
  expect(url).toBe(`http://jm:8081/jobs/${jobFacts().run}/resource-requirements`)
  const bounds = (upperBound: number) => ({ parallelism: { lowerBound: 1, upperBound } })
  expect(JSON.parse(body)).toEqual({ [SOURCE]: bounds(1), [STOCK]: bounds(3), [SINK]: bounds(1) })
})

test('on Kubernetes it is a patch, whatever the names are', () => {
  const job = `prod/shop/${encodeURIComponent("o'rders; rm -rf $HOME")}`
  expect(words(commandFor(jobFacts({ job }), resized, undefined))).toEqual([
    ...['kubectl', '-n', 'shop', 'patch', 'flinkdeployment', "o'rders; rm -rf $HOME"],
    ...['--type', 'merge', '-p'],
    `{"spec":{"flinkConfiguration":{"pipeline.jobvertex-parallelism-overrides":"${STOCK}:3"}}}`,
  ])
})

test.each([
  [`${STOCK}:3,${SINK}:2`, { [STOCK]: 3, [SINK]: 2 }],
  [` ${STOCK}:3 , `, { [STOCK]: 3 }],
  ['', {}],
  ['map:3', undefined],
  [`${STOCK}=3`, undefined],
])('overrides "%s"', (text, expected) => {
  expect(parseOverrides(text)).toEqual(expected)
})
