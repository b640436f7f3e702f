import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type ConfigSources, describeConfig, loadConfig } from './config.ts'

const schema = z.strictObject({
  store: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('chdb'), path: z.string() }),
    z.strictObject({
      kind: z.literal('clickhouse'),
      url: z.url(),
      password: z.string().optional(),
    }),
  ]),
  scrape: z.strictObject({ everyMs: z.int().min(1000).default(15_000) }).prefault({}),
  clusters: z.record(z.string(), z.strictObject({ url: z.string() })).default({}),
  tokens: z.array(z.string()).default([]),
  level: z.enum(['info', 'debug']).default('info'),
  limit: z.union([z.literal('none'), z.strictObject({ bytes: z.int() })]).default('none'),
})
const defaults = {
  store: { kind: 'chdb', path: 'data' },
  scrape: { everyMs: 15_000 },
  clusters: {},
  tokens: [],
  level: 'info',
  limit: 'none',
}
const text = 'store: { kind: chdb, path: data }'

test.each<[string, ConfigSources, object]>([
  ['the file over the defaults', { text }, defaults],
  [
    'the environment over the file',
    { text, env: { WEIR__SCRAPE__EVERY_MS: '20000', WEIR__STORE__PATH: '/x', OTHER: '1' } },
    { ...defaults, scrape: { everyMs: 20_000 }, store: { kind: 'chdb', path: '/x' } },
  ],
  [
    'the command line over all',
    { text, env: { WEIR__LEVEL: 'x' }, overrides: { level: 'debug', tokens: undefined } },
    { ...defaults, level: 'debug' },
  ],
  [
    'another prefix',
    { text, prefix: 'APP', env: { APP__LEVEL: 'debug', WEIR__LEVEL: 'x' } },
    { ...defaults, level: 'debug' },
  ],
  ['no empty variables', { text, env: { WEIR__LEVEL: '' } }, defaults],
  [
    'digits as text where text is wanted',
    { text, env: { WEIR__STORE__PATH: '0123', WEIR__SCRAPE__EVERY_MS: '2000' } },
    { ...defaults, store: { kind: 'chdb', path: '0123' }, scrape: { everyMs: 2000 } },
  ],
  [
    'lists with commas or as YAML',
    { text, env: { WEIR__TOKENS: 'a, b,' } },
    { ...defaults, tokens: ['a', 'b'] },
  ],
  [
    'objects as YAML',
    { text, env: { WEIR__CLUSTERS: '{a: {url: "http://x"}}', WEIR__TOKENS: '["a,b"]' } },
    { ...defaults, clusters: { a: { url: 'http://x' } }, tokens: ['a,b'] },
  ],
])('a configuration takes %s', (_, sources, expected) => {
  expect(loadConfig(schema, sources)).toEqual(expected)
})

const problems = (sources: ConfigSources): string[] => {
  try {
    loadConfig(schema, sources)
  } catch (error) {
    return error instanceof Error ? [error.name, ...error.message.split('\n')] : []
  }
  return []
}

test.each<[string, ConfigSources, string[]]>([
  [
    'all at once, with their paths',
    {
      file: 'weir.yaml',
      text: 'store: { kind: clickhouse, ulr: "http://a" }\nscrape: { everyMs: 5 }\nlevel: loud\nzzz: 1',
    },
    [
      'The configuration weir.yaml has 5 problems:',
      '  store.url: is missing; expected string',
      '  store.ulr: is not a known setting; did you mean "url"?',
      '  scrape.everyMs: too small: expected number to be >=1000',
      '  level: must be one of "info", "debug"',
      '  zzz: is not a known setting',
    ],
  ],
  [
    'a kind that does not exist',
    { text: 'store: { kind: clikhouse }' },
    ['The configuration has 1 problem:', '  store.kind: must be one of "chdb", "clickhouse"'],
  ],
  [
    'a missing part',
    { text: '' },
    ['The configuration has 1 problem:', '  store: is missing; expected object'],
  ],
  [
    'inside records and unions',
    { text: `${text}\nclusters: { a: { urll: x } }\nlimit: { byte: 1 }` },
    [
      'The configuration has 4 problems:',
      '  clusters.a.url: is missing; expected string',
      '  clusters.a.urll: is not a known setting; did you mean "url"?',
      '  limit.bytes: is missing; expected number',
      '  limit.byte: is not a known setting; did you mean "bytes"?',
    ],
  ],
  [
    'the variable it came from',
    {
      text,
      env: { WEIR__SCRAPE__EVERY_MS: 'soon', WEIR__STROE__PATH: 'x' },
    },
    [
      'The configuration has 2 problems:',
      '  scrape.everyMs: expected number, received string (from WEIR__SCRAPE__EVERY_MS)',
      '  stroe: is not a known setting; did you mean "store"? (from WEIR__STROE__PATH)',
    ],
  ],
  [
    'broken YAML by line',
    { file: 'weir.yaml', text: 'store: [1' },
    [
      'The configuration weir.yaml has 1 problem:',
      '  line 1, column 10: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  [
    'a file that holds a list',
    { text: '- 1' },
    ['The configuration has 1 problem:', '  the file must hold settings as "name: value"'],
  ],
  [
    'a file that does not exist',
    { file: '/nowhere/weir.yaml' },
    [
      "The configuration file /nowhere/weir.yaml cannot be read: ENOENT: no such file or directory, open '/nowhere/weir.yaml'.",
    ],
  ],
])('problems are told: %s', (_, sources, expected) => {
  expect(problems(sources)).toEqual(['ConfigError', ...expected])
})

const folder = mkdtempSync(join(tmpdir(), 'weir-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a file is read, and the result is frozen to the bottom', () => {
  const file = join(folder, 'weir.yaml')
  writeFileSync(file, text)
  const config = loadConfig(schema, { file })
  expect(config).toEqual(defaults)
  expect([config, config.store, config.tokens].map(Object.isFrozen)).toEqual([true, true, true])
})

test('hostile names do not reach the prototype', () => {
  expect(problems({ text: `${text}\n__proto__: { level: debug }` }).join('\n')).toContain(
    '__proto__: is not a known setting',
  )
})

test('the schema is described for editors', () => {
  expect(describeConfig(schema)).toMatchObject({
    type: 'object',
    required: ['store'],
    properties: { level: { enum: ['info', 'debug'], default: 'info' } },
  })
})
