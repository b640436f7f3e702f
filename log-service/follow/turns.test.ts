import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

test('those near their end come eight times for each that is behind', () => {
  const turns = createTurns<string>()
  turns.ask('flood', 'behind')
  const order: string[] = []
  for (let turn = 0; turn < 18; turn++) {
    turns.ask('near', 'near')
    const next = turns.next()
    order.push(next ?? '-')
    if (next === 'flood') turns.ask('flood', 'behind')
  }
  expect(order.join(' ')).toBe(
    [...Array(8).fill('near'), 'flood', ...Array(8).fill('near'), 'flood'].join(' '),
  )
})

test('of a thousand old files eight are read at a time, and one that is written comes between them', () => {
  const turns = createTurns<string>()
  for (let file = 0; file < 1_000; file++) turns.ask(`old-${file}`, 'old')
  turns.ask('written', 'behind')
  const read = new Set<string>()
  let writtenTurns = 0
  for (let turn = 0; turn < 100; turn++) {
    const next = turns.next() ?? '-'
    if (next === 'written') writtenTurns++
    else read.add(next)
    turns.ask(next, next === 'written' ? 'behind' : 'old')
  }
  expect(read.size).toBe(8)
  expect(writtenTurns).toBe(50)
})

test('one that has come to its end makes room for the next old one', () => {
  const turns = createTurns<string>()
  for (let file = 0; file < 20; file++) turns.ask(`old-${file}`, 'old')
  const read: string[] = []
  for (let next = turns.next(); next !== undefined; next = turns.next()) {
    read.push(next)
    turns.rest(next)
  }
  expect(read).toEqual(Array.from({ length: 20 }, (_, file) => `old-${file}`))
})

test('asking twice gives one turn, by the newer urgency', () => {
  const turns = createTurns<string>()
  turns.ask('a', 'old')
  turns.ask('a', 'near')
  expect([turns.next(), turns.next()]).toEqual(['a', undefined])
})
