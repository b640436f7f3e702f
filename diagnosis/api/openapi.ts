import { z } from 'zod'
import { isUntagged } from './answers.ts'
import {
  type Answer,
  named,
  type Operation,
  operations,
  type SchemaName,
} from './openapi-operations.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

/** As far as it is looked at by ourselves; its readers know the whole of OpenAPI. */
export interface Description {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>
    readonly securitySchemes: object
  }
  readonly [field: string]: unknown
}

/** The public API in OpenAPI 3.1, made of the schemas that its code checks and its tests hold. */
export function openApi(): Description {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Weir',
      version: '1',
      description:
        'What Weir knows of Flink jobs, and whether a deployment may go on. Times are epoch milliseconds; what is not known is null, never 0.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    // Without tokens, which is on loopback only, nobody needs to say who they are.
    security: [{ token: [] }, { password: [] }, {}],
    tags: (['gate', 'jobs', 'logs', 'alerts', 'about'] as const).map((name) => ({ name })),
    paths: paths(),
    components: {
      schemas: schemas(),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        password: { type: 'http', scheme: 'basic', description: 'The token is the password.' },
      },
    },
  }
}

function paths(): Description['paths'] {
  const all: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    all[path] = { ...all[path], [operation.method]: described(operation) }
  }
  return all
}

function described({ path, method, tag, summary, role, params, body, answers }: Operation) {
  const parts = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }))
  return {
    operationId: `${method} ${path}`.replaceAll(/[^A-Za-z]+(\w)/g, (_, letter: string) =>
      letter.toUpperCase(),
    ),
    ...{ tags: [tag], summary },
    ...(role ? { description: `Needs the role ${role}.` } : {}),
    parameters: [...parts, ...(params ? queryOf(params) : [])],
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: json(body) } } } }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, contentOf(answer)]),
      ),
      ...(method === 'get' && !isUntagged(path)
        ? { 304: { description: 'What If-None-Match names is still the newest word.' } }
        : {}),
      default: {
        description: 'What is wrong, in a sentence.',
        content: { 'application/problem+json': { schema: refTo('ProblemBody') } },
      },
    },
  }
}

function contentOf({ text, schema, type = 'application/json', examples }: Answer) {
  const shown = Object.entries(examples ?? {}).map(([name, value]) => [name, { value }])
  const media = {
    schema: schema === undefined ? {} : refTo(schema),
    ...(examples ? { examples: Object.fromEntries(shown) } : {}),
  }
  return { description: text, content: { [type]: media } }
}

const refTo = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` })

function queryOf(params: z.ZodType): readonly object[] {
  const { properties = {}, required = [] } = json(params)
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = typeof property === 'object' ? property : {}
    return {
      ...{ name, in: 'query', required: required.includes(name), schema },
      ...(description === undefined ? {} : { description }),
    }
  })
}

/** What is taken: before texts become numbers and moments. */
function json(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}

/** What is answered; `readOnly` would say of a list that it may not be sent, which nobody means. */
function schemas(): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly
    },
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  )
}
