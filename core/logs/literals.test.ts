import { expect, test } from 'vitest'
import { compileLiterals } from './literals.ts'

function found(literals: readonly string[], text: string): string[] {
  const all: string[] = []
  compileLiterals(literals).scan(text, (literal, end) => {
    all.push(`${literals[literal]}@${end}`)
  })
  return all
}

test.each<[string, string[], string, string[]]>([
  ['nothing in an empty text', ['a'], '', []],
  ['each place of a literal', ['ab'], 'abxab', ['ab@2', 'ab@5']],
  ['either case', ['Token'], 'TOKEN token', ['Token@5', 'Token@11']],
  ['literals inside others', ['she', 'he', 'hers'], 'ushers', ['she@4', 'he@4', 'hers@6']],
  ['overlapping places', ['aa'], 'aaaa', ['aa@2', 'aa@3', 'aa@4']],
  ['a literal behind a false start', ['abcd', 'bce'], 'abce', ['bce@4']],
  ['signs and digits', ['://', '-----begin 1'], 'a://-----BEGIN 1', ['://@4', '-----begin 1@16']],
  ['nothing across what no literal has', ['ab'], 'a作b a b', []],
])('a scan finds %s', (_, literals, text, expected) => {
  expect(found(literals, text)).toEqual(expected)
})

test('a scan agrees with a search for each literal alone', () => {
  const literals = ['a', 'ab', 'bab', 'bb', 'abba']
  for (let word = 0; word < 4096; word += 1) {
    const text = word.toString(2).padStart(12, '0').replaceAll('0', 'a').replaceAll('1', 'b')
    const expected = literals.flatMap((literal) =>
      Array.from({ length: text.length }, (_, i) => i)
        .filter((i) => text.startsWith(literal, i))
        .map((i) => `${literal}@${i + literal.length}`),
    )
    expect(found(literals, text).sort()).toEqual(expected.sort())
  }
})

test('a literal that is not ASCII is refused', () => {
  expect(() => compileLiterals(['作业'])).toThrow("the literal '作业' is not ASCII")
})
