import { expect, test } from 'vitest'
import { placeholders, quote, quoteName, segments, splitStatements } from './sql.ts'

test.each([
  ['plain', 'abc', "'abc'"],
  ['quotes and backslashes', String.raw`it's \n`, String.raw`'it\'s \\n'`],
  ['a zero byte', 'a\0b', String.raw`'a\0b'`],
])('quote makes a literal of a text with %s', (_, text, literal) => {
  expect(quote(text)).toBe(literal)
})

test('quoteName keeps a backtick inside the name', () => {
  expect(quoteName('a`b')).toBe('`a\\`b`')
})

test.each<[string, string, string[]]>([
  ['two statements', 'select 1;\nselect 2;\n', ['select 1', 'select 2']],
  ['nothing', ' ;; -- only words\n', []],
  [
    'a semicolon in a text',
    "select ';', 'it''s; \\';'; select 2",
    ["select ';', 'it''s; \\';'", 'select 2'],
  ],
  ['a semicolon in a quoted name', 'select `a;b`, "c;d"', ['select `a;b`, "c;d"']],
  [
    'a semicolon in a heredoc',
    'select $x$ ; $$ ; $x$; select $$;$$',
    ['select $x$ ; $$ ; $x$', 'select $$;$$'],
  ],
  [
    'comments',
    'select 1 -- one; \n+ 2 /* two; */ + 3 # three;\n; # four',
    ['select 1  \n+ 2   + 3'],
  ],
  [
    'a comment sign in a text',
    "select '--', '/*'; select '*/'",
    ["select '--', '/*'", "select '*/'"],
  ],
  ['minus, division and array access', 'select 4-2, 4/2, a[1]', ['select 4-2, 4/2, a[1]']],
  ['a text that never ends', "select 'a; b", ["select 'a", 'b']],
])('splitStatements reads %s', (_, script, statements) => {
  expect(splitStatements(script)).toEqual(statements)
})

test('segments loses nothing, also of long texts and open quotes', () => {
  const sql = `select '${'x\\\\'.repeat(50_000)}', ${"''".repeat(1000)} ' /* $a$`
  expect(
    segments(sql)
      .map(({ text }) => text)
      .join(''),
  ).toBe(sql)
})

test.each<[string, string, string[]]>([
  ['none', 'select 1', []],
  ['each', 'select {a:UInt8}, { b : Array(String) }', ['a', 'b']],
  ['none in texts and maps', "select '{a:UInt8}', {'b': 1}", []],
])('placeholders finds %s', (_, sql, names) => {
  expect(placeholders(sql)).toEqual(names)
})
