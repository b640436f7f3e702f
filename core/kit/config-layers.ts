import { parse } from 'yaml'
import type { z } from 'zod'

/** One setting that came from the environment. */
export interface EnvironmentValue {
  readonly variable: string
  readonly path: readonly string[]
  readonly raw: string
  readonly value: unknown
}

/** `WEIR__STORE__URL` → `store.url`. Empty variables count as absent, as in compose files and charts. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  prefix: string,
): EnvironmentValue[] {
  return Object.entries(env)
    .filter(([variable]) => variable.startsWith(`${prefix}__`))
    .flatMap(([variable, raw]) => {
      if (raw === undefined || raw === '') return []
      const path = variable
        .slice(prefix.length + 2)
        .split('__')
        .map(camelCase)
      return [{ variable, path, raw, value: firstReading(raw) }]
    })
    .sort((a, b) => (a.variable < b.variable ? -1 : 1))
}

function camelCase(words: string): string {
  return words.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Numbers, yes/no, null, lists and objects are read as such; all else is text. */
function firstReading(raw: string): unknown {
  if (!/^(true|false|null|-?\d+(\.\d+)?(e[+-]?\d+)?|\[.*\]|\{.*\})$/is.test(raw)) return raw
  try {
    return parse(raw)
  } catch {
    return raw
  }
}

/** Reads values again where the schema wanted something else: digits as text, `a,b` as a list. */
export function secondReading(
  values: readonly EnvironmentValue[],
  error: z.ZodError,
): EnvironmentValue[] {
  return values.map((entry) => {
    const issue = error.issues.find(
      ({ code, path }) =>
        code === 'invalid_type' && path.map(String).join('.') === entry.path.join('.'),
    )
    if (issue?.code !== 'invalid_type') return entry
    if (issue.expected === 'string') return { ...entry, value: entry.raw }
    if (issue.expected === 'array') return { ...entry, value: splitList(entry.raw) }
    return entry
  })
}

function splitList(raw: string): string[] {
  return raw
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** File ← environment ← overrides, as one object. */
export function layer(
  fromFile: object,
  values: readonly EnvironmentValue[],
  overrides: object,
): unknown {
  const withEnvironment = values.reduce<unknown>(
    (config, { path, value }) => merge(config, nest(path, value)),
    fromFile,
  )
  return merge(withEnvironment, overrides)
}

function nest(path: readonly string[], value: unknown): unknown {
  // fromEntries makes plain own properties, also of names like __proto__.
  return path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value)
}

function merge(below: unknown, above: unknown): unknown {
  if (above === undefined) return below
  if (!isPlainObject(below) || !isPlainObject(above)) return above
  const merged = new Map(Object.entries(below))
  for (const [key, value] of Object.entries(above)) merged.set(key, merge(merged.get(key), value))
  return Object.fromEntries(merged)
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
