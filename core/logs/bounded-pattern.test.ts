import { expect, test } from 'vitest'
import { boundedPattern } from './bounded-pattern.ts'

test.each([
  'INT-\\d{6,10}',
  '[*+{]{2,4}x',
  'a?b??',
  '(?:ab){3}',
  'a\\*\\+',
  '\\bkey=\\w{1,64}',
  '(a|b{1,3})c',
])('/%s/ is taken', (source) => {
  expect(boundedPattern(source)).toEqual(new RegExp(source, 'g'))
})

test.each([
  ['a+', 'repeats without a bound'],
  ['[ab]*c', 'repeats without a bound'],
  ['x{3,}', 'repeats without a bound'],
  ['(a{1,9}){1,9}', 'repeats a repetition'],
  ['((a{1,9})b){2,9}', 'repeats a repetition'],
  ['(a)\\1', 'refers back to a group'],
  ['a{0,200}b{0,200}', 'may take 40401 steps'],
  ['(a', 'is no regular expression'],
])('/%s/ is refused: it %s', (source, reason) => {
  expect(() => boundedPattern(source)).toThrow(reason)
})
