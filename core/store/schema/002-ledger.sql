-- How far the writer has come with each sender: the newest row of a key is its high-water mark. Samples and
-- events travel on topics of their own, so one sequence has a mark for each.
CREATE TABLE IF NOT EXISTS ledger (
  agent String,
  epoch UInt64,
  lane LowCardinality(String),
  kind LowCardinality(String),
  seq UInt64,
  -- Of the insert that this mark was committed with.
  token String,
  -- Of this key, from its beginning: with the numbers that were used they tell what never arrived.
  batches UInt64,
  parked UInt64,
  -- The store's own clock, as the TTL goes by it: a replay writes at moments long past.
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(seq)
ORDER BY (agent, epoch, lane, kind)
TTL toDateTime(at) + INTERVAL 90 DAY;

-- What the writer is about to insert, noted before it does: the batches of a key above its mark and up to
-- `seq` may be in the store although nobody could note it. They are looked for before they are inserted.
CREATE TABLE IF NOT EXISTS attempts (
  agent String,
  epoch UInt64,
  lane LowCardinality(String),
  kind LowCardinality(String),
  seq UInt64,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(seq)
ORDER BY (agent, epoch, lane, kind)
TTL toDateTime(at) + INTERVAL 90 DAY;

-- Records that could not be written and will never be by trying again: kept for whoever looks into it.
CREATE TABLE IF NOT EXISTS parked (
  topic LowCardinality(String),
  agent String,
  -- SHA-256 of the record: one that comes twice is parked once.
  hash String,
  reason String,
  body String CODEC(ZSTD(3)),
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree
ORDER BY (topic, agent, hash)
TTL toDateTime(at) + INTERVAL 14 DAY;
