import { LabError } from './errors.mjs'
import { restUrl } from './layout.mjs'

/** One call of Flink's REST API: status, text and, if the text is JSON, its value. */
export async function rest(line, path, init) {
  const response = await call(line, path, init)
  const text = await response.text()
  return { status: response.status, text, json: parse(text) }
}

async function call(line, path, init) {
  const url = restUrl(line) + path
  try {
    return await fetch(url, { signal: AbortSignal.timeout(20_000), ...init })
  } catch (error) {
    if (error.cause?.code !== 'ECONNREFUSED') throw error
    throw new LabError(`no cluster at ${restUrl(line)}: run \`npm run lab -- up ${line}\``)
  }
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
