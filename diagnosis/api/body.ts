import type { Context } from 'hono'
import type { z } from 'zod'
import { problem } from '../../core/kit/http.ts'
import { badRequest } from './answers.ts'

/** Settings are small; what is larger is a mistake or worse. */
const MOST_BYTES = 64 * 1024

/** The body of a change, or the answer that refuses it and names everything that is wrong at once. */
export async function bodyOf<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): Promise<z.output<Schema> | Response> {
  // A form of another site cannot be of this type.
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? '')) {
    return problem(415, { detail: 'Send it as Content-Type: application/json.', code: 'content' })
  }
  const text = await textWithin(context.req.raw, MOST_BYTES)
  if (text === undefined) {
    return problem(413, { detail: `At most ${MOST_BYTES} bytes are taken.`, code: 'too-large' })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return badRequest([{ parameter: 'body', problem: 'is no JSON' }])
  }
  const read = schema.safeParse(value)
  if (read.success) return read.data
  return badRequest(
    read.error.issues.flatMap(({ path, message, ...issue }) => {
      const parameter = path.map(String).join('.') || 'body'
      if (issue.code !== 'unrecognized_keys') return [{ parameter, problem: message }]
      return issue.keys.map((key) => ({ parameter: key, problem: 'is not known here' }))
    }),
  )
}

async function textWithin(request: Request, mostBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > mostBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
