import { expect, test } from 'vitest'
import { sqlHint } from '../../diagnosis/tuning/sql-hint.ts'

test.each<[string, string, string | undefined]>([
  ['Source: orders[1]', '2.2.1', "FROM `orders` /*+ OPTIONS('scan.parallelism' = '4') */"],
  ['Source: orders[1]', '1.19.0', "FROM `orders` /*+ OPTIONS('scan.parallelism' = '4') */"],
  ['Source: orders[1]', '1.18.1', undefined],
  ['Source: orders[1]', '', undefined],
  ['Sink: totals[7]', '1.17.2', "INSERT INTO `totals` /*+ OPTIONS('sink.parallelism' = '4') */"],
  ['totals[7]: Writer', '2.0.0', "INSERT INTO `totals` /*+ OPTIONS('sink.parallelism' = '4') */"],
  ['Sink: a`b */[7]', '2.0.0', "INSERT INTO `a``b */` /*+ OPTIONS('sink.parallelism' = '4') */"],
  ['Source: orders[1] -> Calc[2]', '2.2.1', undefined],
  ['Calc[5] -> totals[7]: Writer', '2.2.1', undefined],
  ['GroupAggregate[4]', '2.2.1', undefined],
  ['Source: orders', '2.2.1', undefined],
  ['totals[7]: Committer', '2.2.1', undefined],
])('%s under Flink %s', (vertex, version, text) => {
  expect(sqlHint(vertex, 4, version)?.text).toBe(text)
})
