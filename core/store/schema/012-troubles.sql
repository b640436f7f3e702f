-- What was wrong with things that many jobs share: one row per thing and opening, replaced while it is open.
CREATE TABLE IF NOT EXISTS troubles (
  key String,
  since DateTime64(3, 'UTC'),
  seenAt DateTime64(3, 'UTC'),
  resolvedAt Nullable(DateTime64(3, 'UTC')),
  jobs Array(String) CODEC(ZSTD(3)),
  body String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree(seenAt)
PARTITION BY toYYYYMM(since)
ORDER BY (key, since)
TTL toDateTime(since) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000;
