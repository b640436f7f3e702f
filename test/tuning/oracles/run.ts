import { readFileSync } from 'node:fs'
import process from 'node:process'
import { OracleFile } from './case.ts'
import { judgeCase } from './judge.ts'

/**
 * `npm run oracles -- FILE`: runs every case of a file in the oracle format and prints how many were right, as JSON.
 * Exit code 0 when none was wrong, 1 when one was, 2 when the file cannot be read.
 */
const path = process.argv[2]
if (path === undefined) {
  process.stderr.write('Which file? npm run oracles -- FILE\n')
  process.exit(2)
}
try {
  const { cases } = OracleFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  const verdicts = cases.map(judgeCase)
  const failures = verdicts.filter((verdict) => verdict.kind === 'fail')
  const skips = verdicts.filter((verdict) => verdict.kind === 'skipped')
  process.stdout.write(
    `${JSON.stringify({
      pass: verdicts.filter(({ kind }) => kind === 'pass').length,
      fail: failures.length,
      skipped: skips.length,
      failures: failures.map(({ id, differences }) => ({ id, differences })),
      ...(skips.length > 0 ? { skips: skips.map(({ id, because }) => ({ id, because })) } : {}),
    })}\n`,
  )
  process.exitCode = failures.length > 0 ? 1 : 0
} catch (error) {
  const said = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${path} cannot be read as a file of oracle cases: ${said}\n`)
  process.exitCode = 2
}
