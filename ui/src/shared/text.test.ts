// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { piecesOf } from './text.tsx'

test.each([
  ['<img onerror>', [{ text: '<img onerror>', control: false }]],
  ['订单', [{ text: '订单', control: false }]],
  [
    'a\u202eb',
    [
      { text: 'a', control: false },
      { text: 'U+202E', control: true },
      { text: 'b', control: false },
    ],
  ],
  ['\u0007', [{ text: 'U+0007', control: true }]],
  ['', []],
])('%j is text, and what would steer a reader is a chip', (text, pieces) => {
  expect(piecesOf(text)).toEqual(pieces)
})
