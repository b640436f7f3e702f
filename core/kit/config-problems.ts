import type { z } from 'zod'
import type { EnvironmentValue } from './config-layers.ts'

type Schema = z.core.JSONSchema.BaseSchema
type Path = readonly PropertyKey[]

/** One line per problem: `store.url: …`, with the variable that it came from. */
export function problemsOf(
  error: z.ZodError,
  root: Schema,
  variables: readonly EnvironmentValue[],
): string[] {
  return error.issues
    .flatMap((issue) => flatten(issue, []))
    .flatMap(({ path, issue }) => {
      if (issue.code !== 'unrecognized_keys') return [line(path, wording(issue), variables)]
      return issue.keys.map((key) =>
        line([...path, key], unknownKey(key, keysAt(root, path)), variables),
      )
    })
}

interface Placed {
  readonly path: Path
  readonly issue: z.core.$ZodIssue
}

/** Of a union's variants, the one of the right shape with the fewest problems is most likely meant. */
function flatten(issue: z.core.$ZodIssue, above: Path): Placed[] {
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ path, issue }]
  const [closest = []] = [...issue.errors].sort((a, b) => distance(a) - distance(b))
  return closest.flatMap((inner) => flatten(inner, path))
}

function distance(issues: readonly z.core.$ZodIssue[]): number {
  const wrongShape = issues.some(
    ({ code, path }) => path.length === 0 && code !== 'unrecognized_keys',
  )
  return issues.length + (wrongShape ? 1000 : 0)
}

function line(path: Path, text: string, variables: readonly EnvironmentValue[]): string {
  const where = path.map(String).join('.')
  const from = variables.find((entry) => {
    const set = entry.path.join('.')
    return where === set || where.startsWith(`${set}.`) || set.startsWith(`${where}.`)
  })
  return `${path.length === 0 ? '(top level)' : where}: ${text}${from ? ` (from ${from.variable})` : ''}`
}

function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return `is missing; expected ${issue.expected}`
  }
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
    return `must be one of ${issue.options.map((option) => JSON.stringify(option)).join(', ')}`
  }
  if (issue.code === 'invalid_value') {
    return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
  }
  const text = issue.message.replace(/^(Invalid input|Invalid string): /, '')
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known)
  return near === undefined
    ? 'is not a known setting'
    : `is not a known setting; did you mean "${near}"?`
}

/** The names that the schema knows at a path, over all variants of unions. */
function keysAt(root: Schema, path: Path): string[] {
  let schemas = variants(root, root)
  for (const part of path) {
    schemas = schemas
      .flatMap((schema) => inside(schema, part))
      .flatMap((schema) => variants(schema, root))
  }
  return [...new Set(schemas.flatMap((schema) => Object.keys(schema.properties ?? {})))]
}

function variants(schema: Schema, root: Schema): Schema[] {
  const name = schema.$ref?.match(/^#\/\$defs\/(.+)$/)?.[1]
  const target = name === undefined ? undefined : root.$defs?.[name]
  if (isSchema(target)) return variants(target, root)
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  return [schema, ...inner.filter(isSchema).flatMap((variant) => variants(variant, root))]
}

function inside(schema: Schema, part: PropertyKey): Schema[] {
  const found = typeof part === 'number' ? schema.items : schema.properties?.[String(part)]
  const candidates = [found ?? schema.additionalProperties]
  return candidates.flat().filter(isSchema)
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null
}

/** The known name with the fewest edits, when they are few for its length. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, edits: edits(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best && best.edits <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function edits(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let fewest = Math.min(replaced, at(row, j) + 1, at(next, j - 1) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        fewest = Math.min(fewest, at(before, j - 2) + 1)
      }
      next.push(fewest)
    }
    before = row
    row = next
  }
  return at(row, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
