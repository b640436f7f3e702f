import { createServer } from 'node:http'
import { type Received, readRecording } from '../agent/transport/recording.ts'

/**
 * A recorded Flink that answers over HTTP as it did then, played again and again: its REST API, and each
 * process' reporter under `/scrape/PROCESS/metrics`. `GET /asked` tells how many requests came to the REST API.
 * Arguments: recording, port.
 */
const [file = '', port] = process.argv.slice(2)
const { header, endAt, rest, scrapes } = await readRecording(file)
const startedAt = Date.now()
const spanMs = endAt - header.begin
let asked = 0

/** The newest answer that had arrived by the moment that is played now. */
function nowOf(list: readonly Received[] | undefined): Received | undefined {
  const at = header.begin + ((Date.now() - startedAt) % spanMs)
  return list?.findLast(({ t }) => t <= at) ?? list?.[0]
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://flink')
  const scraped = /^\/scrape\/(\w+)\/metrics$/.exec(pathname)?.[1]
  if (pathname === '/asked') {
    response.end(String(asked))
    return
  }
  if (scraped === undefined) asked++
  const answer = nowOf(scraped === undefined ? rest.get(pathname) : scrapes.get(scraped))
  response.statusCode = answer?.status ?? 404
  response.end(answer?.body ?? '{"errors":["Not found"]}')
})
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'))
