import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { type EnvironmentValue, layer, readEnvironment, secondReading } from './config-layers.ts'
import { problemsOf } from './config-problems.ts'
import { ConfigError, messageOf } from './errors.ts'

export interface ConfigSources {
  /** A YAML file; it must exist when it is named. */
  readonly file?: string
  /** YAML given directly; `file` is then only its name in messages. */
  readonly text?: string
  /** The environment, handed in by the command: nothing else reads `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Variables named `<prefix>__STORE__URL` set `store.url`; `EVERY_MS` is `everyMs`. */
  readonly prefix?: string
  /** What the command line says; it wins over everything. */
  readonly overrides?: Readonly<Record<string, unknown>>
}

/**
 * Reads a configuration: defaults of the schema ← file ← environment ← overrides. Objects are merged,
 * lists replaced. The result is frozen to the bottom.
 * @param schema strict objects, so that unknown keys are refused
 * @throws ConfigError that lists all problems, each with its path and, where it helps, its source
 */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  { file, text, env = {}, prefix = 'WEIR', overrides = {} }: ConfigSources,
): z.output<Schema> {
  const name = file ?? 'the configuration'
  const fromFile = parseYaml(text ?? (file === undefined ? '' : readText(file)), name)
  const variables = readEnvironment(env, prefix)
  const build = (values: readonly EnvironmentValue[]) => layer(fromFile, values, overrides)

  let result = schema.safeParse(build(variables))
  if (!result.success) {
    // Whether "123" is a number or a text is known only once the schema has been asked.
    const again = schema.safeParse(build(secondReading(variables, result.error)))
    if (again.success || again.error.issues.length <= result.error.issues.length) result = again
  }
  if (!result.success) {
    throw new ConfigError(
      sentence(name, problemsOf(result.error, describeConfig(schema), variables)),
    )
  }
  return freeze(result.data)
}

/** The JSON schema of a configuration: for editors, the reference page and "did you mean". */
export function describeConfig(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`The configuration file ${file} cannot be read: ${messageOf(cause)}.`, {
      cause,
    })
  }
}

function parseYaml(text: string, name: string): object {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const problems = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0])
    return `line ${line}, column ${col}: ${error.message}`
  })
  if (problems.length > 0) throw new ConfigError(sentence(name, problems))
  const value: unknown = readAliases(document, name)
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigError(sentence(name, ['the file must hold settings as "name: value"']))
  }
  return value
}

function readAliases(document: ReturnType<typeof parseDocument>, name: string): unknown {
  try {
    return document.toJS()
  } catch (cause) {
    throw new ConfigError(sentence(name, [messageOf(cause)]), { cause })
  }
}

function sentence(name: string, problems: readonly string[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  const subject = name === 'the configuration' ? 'The configuration' : `The configuration ${name}`
  return `${subject} has ${count}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
