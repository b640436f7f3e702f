-- What people are told. A decision is one insert: the row of its group (target '') says what has been told from then on,
-- and each other row is a message to one target. So both are there or neither, whenever the process ends.
CREATE TABLE IF NOT EXISTS outbox (
  route String,
  groupKey String,
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  sequence UInt32,
  target String,
  -- Of a message: the same however often it is sent.
  id String,
  -- Of a message: firing, resolved or test.
  status LowCardinality(String),
  -- Of a group: how many alerts its receivers believe to fire.
  live UInt32,
  body String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (route, groupKey, at, sequence, target)
TTL toDateTime(at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 1000;

-- Each attempt to deliver a message, and what came of it. The newest word on a message is its state.
CREATE TABLE IF NOT EXISTS deliveries (
  id String,
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  attempt UInt32,
  target String,
  -- delivered, refused and expired are final; failed is tried again; again is somebody's wish.
  outcome LowCardinality(String),
  tookMs UInt32,
  detail String CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (id, at, attempt)
TTL toDateTime(at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 1000;

-- What people set while Weir runs: silences, and targets that are not in the configuration. The newest row of an id
-- counts; one without a body is taken back.
CREATE TABLE IF NOT EXISTS alert_settings (
  kind LowCardinality(String),
  id String,
  at DateTime64(3, 'UTC'),
  body String CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree(at)
ORDER BY (kind, id)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000;

-- Who changed what. Rows are only ever added.
CREATE TABLE IF NOT EXISTS journal (
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  id String,
  who String,
  role LowCardinality(String),
  action LowCardinality(String),
  subject String,
  body String CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (at, id)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000;
