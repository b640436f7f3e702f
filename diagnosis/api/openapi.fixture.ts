import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { openApi } from './openapi.ts'

/** What the description says of one answer, as far as this looks. */
interface Described {
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>
}

export const description = openApi()

const ajv = new Ajv2020({ strict: false, allErrors: true })
ajv.addSchema({ $id: 'weir', components: description.components })
const checks = new Map<string, ValidateFunction>()

function checkOf(ref: string): ValidateFunction {
  const check = checks.get(ref) ?? ajv.compile({ $ref: `weir${ref}` })
  checks.set(ref, check)
  return check
}

const asPattern = (path: string) => new RegExp(`^/api/v1${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)

const patterns = Object.entries(description.paths).map(
  ([path, operations]) => [asPattern(path), operations] as const,
)

/**
 * What the description has against an answer; nothing against what is served elsewhere.
 * @param path as it was asked, with or without a query
 */
export async function objections(
  method: string,
  path: string,
  response: Response,
): Promise<readonly string[]> {
  const { pathname } = new URL(path, 'http://weir')
  const operations = patterns.find(([pattern]) => pattern.test(pathname))?.[1]
  if (!operations) return []
  // Operations are made in openapi.ts, and always with answers.
  const operation = operations[method.toLowerCase()] as
    | { readonly responses: Readonly<Record<number | 'default', Described>> }
    | undefined
  if (!operation) return response.status === 404 ? [] : [`${method} ${pathname} is not described`]
  const described = operation.responses[response.status] ?? operation.responses.default
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? ''
  if (described && !described.content) return []
  const content = described?.content?.[type]
  if (!content) return [`${method} ${pathname}: ${response.status} ${type} is not described`]
  if (content.schema?.$ref === undefined) return []
  const check = checkOf(content.schema.$ref)
  if (check(await response.clone().json())) return []
  return (check.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${method} ${pathname}: ${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}
