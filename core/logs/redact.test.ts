import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createRedactor, redacted } from './redact.ts'

const redactor = createRedactor()
const taken = (text: string) => redactor.redact(text) ?? { text, count: 0 }

function corpus(name: string): string[] {
  const text = readFileSync(`${import.meta.dirname}/../../test/fixtures/logs/${name}`, 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))
    .map((line) => line.replaceAll('␊', '\n'))
}

test.each(corpus('secrets.txt'))('%s', (marked) => {
  expect(taken(marked.replace(/[⟦⟧]/g, ''))).toEqual({
    text: marked.replace(/⟦[^⟧]*⟧/g, redacted),
    count: marked.split('⟦').length - 1,
  })
})

test.each(corpus('harmless.txt'))('nothing is taken out of %s', (line) => {
  expect(redactor.redact(line)).toBeUndefined()
})

test("nothing is taken out of Flink's and Kafka's ordinary lines", () => {
  const lines = corpus('ordinary.log')
  expect(lines.length).toBeGreaterThan(500)
  expect(lines.filter((line) => redactor.redact(line) !== undefined)).toEqual([])
})

// Put together here, so that nobody who looks for leaked tokens finds one in this repository.
test.each([
  `AIza${'a1B2_'.repeat(7)}`,
  `ya29.${'a1B2_'.repeat(8)}`,
  `GOCSPX-${'a1B2'.repeat(7)}`,
  `ghp_${'a1B2'.repeat(9)}`,
  `github_pat_${'a1B2'.repeat(9)}`,
  `glpat-${'a1B2'.repeat(5)}`,
  `npm_${'a1B2'.repeat(9)}`,
  `xoxb-${'123-'.repeat(5)}abc`,
  `sk_live_${'a1B2'.repeat(6)}`,
  `hooks.slack.com/services/${'T01/B02/'.repeat(3)}`,
  `STS.${'Na1'.repeat(10)}`,
])('%s is a secret wherever it stands', (token) => {
  expect(taken(`before ${token} after`)).toEqual({ text: `before ${redacted} after`, count: 1 })
  expect(redactor.redact(`x${token}`)).toBeUndefined()
})

test('what was redacted once stays as it is', () => {
  for (const marked of corpus('secrets.txt')) {
    const once = taken(marked.replace(/[⟦⟧]/g, '')).text
    expect(taken(once)).toEqual({ text: once, count: 0 })
  }
})

test('configured patterns take out what they match, or their group', () => {
  const own = createRedactor(['CUST-\\d{6,10}', 'iban=([A-Z]{2}\\d{10,30})'])
  expect(own.redact('CUST-1234567 paid from iban=DE12345678901234 with password=x')).toEqual({
    text: `${redacted} paid from iban=${redacted} with password=${redacted}`,
    count: 3,
  })
  expect(own.redact('CUST-12 paid')).toBeUndefined()
})

test('a configured pattern that could explode is refused', () => {
  expect(() => createRedactor(['(a{1,9}){1,9}'])).toThrow('repeats a repetition')
})

const hostile = [
  'token',
  'token=',
  'token token ',
  'password="',
  "password='\\",
  'eyJ',
  'eyJaaaaaaaaaa.',
  '://',
  '://a:',
  'a@b:',
  'Basic ',
  'Bearer aaaaaaaaaaaaaaaaaaaaa',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  'AKIA',
  'sig=',
  'LoginModule required ',
  'account.key.',
  '--token ',
  '"token" : ',
  'a'.repeat(100),
  ' ',
  '&password=&',
]

// A reader that went back over what it has read would need hours, not the moment that this takes.
test.each(hostile)('a megabyte of %j is read', (piece) => {
  const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
  const { text: left } = taken(text)
  expect(left.length).toBeLessThanOrEqual(text.length + redacted.length * 1_000_000)
})
