import { readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { judgeLogs } from './judge.ts'
import { pageOf, summaryOf, tableOf } from './page.ts'

/** `npm run logs-accuracy -- [FOLDER …] [--json] [--page FILE]`: what is made of the logs of recordings. */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, page: { type: 'string' } },
})
const folders =
  positionals.length > 0
    ? positionals
    : [join('test', 'recordings'), join('test', 'fixtures', 'logs', 'recorded')]
const judged = folders
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.ndjson.gz'))
  // The lines of a recording that the repository has whole need not be told twice.
  .filter((path, index, all) => all.findIndex((one) => basename(one) === basename(path)) === index)
  .map((path) => judgeLogs(basename(path, '.ndjson.gz'), path))
  .filter(({ lines }) => lines > 0)
  .sort((a, b) => (a.recording < b.recording ? -1 : 1))

if (values.page !== undefined) writeFileSync(values.page, pageOf(judged))
const lines = values.json
  ? judged.map((one) => JSON.stringify(one))
  : [tableOf(judged), '', summaryOf(judged)]
process.stdout.write(`${lines.join('\n')}\n`)
