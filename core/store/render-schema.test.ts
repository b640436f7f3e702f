import { expect, test } from 'vitest'
import { renderSchema } from './render-schema.ts'
import { readMigrations, shippedSchema } from './schema-files.ts'

const cluster = 'main'

test('without a cluster the schema stays as it is', () => {
  const sql = '-- words\nCREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a;'
  expect(renderSchema(sql, {})).toBe(sql)
})

test.each([
  [
    'a table',
    'CREATE TABLE IF NOT EXISTS t (a UInt8) ENGINE = MergeTree ORDER BY a',
    "CREATE TABLE IF NOT EXISTS t ON CLUSTER 'main' (a UInt8) ENGINE = ReplicatedMergeTree ORDER BY a",
  ],
  [
    'an engine with arguments, without "=" and in small letters',
    'create table `d b`.`t` (a UInt8) engine ReplacingMergeTree(ver, is_deleted) order by a',
    "create table `d b`.`t` ON CLUSTER 'main' (a UInt8) engine ReplicatedReplacingMergeTree(ver, is_deleted) order by a",
  ],
  [
    'the deduplication window, which has two names',
    'CREATE TABLE t (a UInt8) ENGINE = SummingMergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 9',
    "CREATE TABLE t ON CLUSTER 'main' (a UInt8) ENGINE = ReplicatedSummingMergeTree ORDER BY a SETTINGS replicated_deduplication_window = 9",
  ],
  [
    'words in texts, which stay',
    "CREATE TABLE t (a String DEFAULT 'ENGINE = MergeTree; --' COMMENT 'non_replicated_deduplication_window') ENGINE = Memory",
    "CREATE TABLE t ON CLUSTER 'main' (a String DEFAULT 'ENGINE = MergeTree; --' COMMENT 'non_replicated_deduplication_window') ENGINE = Memory",
  ],
  [
    'an engine that is replicated already',
    'CREATE TABLE t (a UInt8) ENGINE = ReplicatedMergeTree ORDER BY a',
    "CREATE TABLE t ON CLUSTER 'main' (a UInt8) ENGINE = ReplicatedMergeTree ORDER BY a",
  ],
  [
    'a materialized view',
    'CREATE MATERIALIZED VIEW IF NOT EXISTS v TO t AS SELECT 1',
    "CREATE MATERIALIZED VIEW IF NOT EXISTS v ON CLUSTER 'main' TO t AS SELECT 1",
  ],
  [
    'a view',
    'CREATE OR REPLACE VIEW v AS SELECT 1',
    "CREATE OR REPLACE VIEW v ON CLUSTER 'main' AS SELECT 1",
  ],
  [
    'a new column',
    'ALTER TABLE t ADD COLUMN b UInt8',
    "ALTER TABLE t ON CLUSTER 'main' ADD COLUMN b UInt8",
  ],
  ['a drop', 'DROP TABLE IF EXISTS t', "DROP TABLE IF EXISTS t ON CLUSTER 'main'"],
  ['an exchange', 'EXCHANGE TABLES a AND b', "EXCHANGE TABLES a AND b ON CLUSTER 'main'"],
  ['rows', 'INSERT INTO t SELECT 1', 'INSERT INTO t SELECT 1'],
])('on a cluster it renders %s', (_, sql, expected) => {
  expect(renderSchema(sql, { cluster })).toBe(`${expected};\n`)
})

test('a statement that it does not know is refused', () => {
  expect(() => renderSchema('SYSTEM FLUSH LOGS', { cluster })).toThrow(
    'The schema has a statement that cannot be run on the cluster "main": SYSTEM FLUSH LOGS',
  )
})

test('the schema that ships can be rendered, and no plain MergeTree is left', () => {
  const rendered = readMigrations(shippedSchema()).map(({ sql }) => renderSchema(sql, { cluster }))
  expect(rendered.join('\n')).not.toMatch(/ENGINE\s*=?\s*(?!Replicated)\w*MergeTree/i)
})
