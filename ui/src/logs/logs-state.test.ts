import { expect, test } from 'vitest'
import { placeOf, placeText, questionOf } from './logs-state.ts'

test('a place in a log survives the address, whatever its names hold', () => {
  const place = { owner: 'lab/a.b%2F/中文', at: 1_790_000_000_000, file: 'x.1/y', offset: 77 }
  expect(placeOf(placeText(place))).toEqual(place)
})

test.each([[null], [''], ['7'], ['7:8']])('%s names no place', (text) => {
  expect(placeOf(text)).toBeUndefined()
})

test.each([
  ['', { q: '', rangeMs: 3_600_000, picked: undefined, fromNodes: false }],
  ['lq=a+OR+b&range=1h', { q: 'a OR b', rangeMs: 3_600_000, picked: undefined, fromNodes: false }],
  ['range=9y&span=5-4', { q: '', rangeMs: 3_600_000, picked: undefined, fromNodes: false }],
  ['span=4-5', { q: '', rangeMs: 3_600_000, picked: { from: 4, to: 5 }, fromNodes: false }],
  ['src=nodes', { q: '', rangeMs: 3_600_000, picked: undefined, fromNodes: true }],
])('the address "%s" asks for', (text, question) => {
  expect(questionOf(new URLSearchParams(text))).toEqual(question)
})
