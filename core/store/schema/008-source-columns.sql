-- What a Kafka source knows of its brokers.
ALTER TABLE task_samples
  ADD COLUMN IF NOT EXISTS commitsSucceeded Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS commitsFailed Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnections Nullable(Float64) CODEC(Delta(8), ZSTD(1));

ALTER TABLE task_minutes
  ADD COLUMN IF NOT EXISTS commitsSucceeded Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS commitsFailed Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnections Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnectionsMin Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnectionsMax Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnectionsSum Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnectionsCount UInt32 CODEC(T64, ZSTD(1));

ALTER TABLE task_five_minutes
  ADD COLUMN IF NOT EXISTS commitsSucceeded Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS commitsFailed Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnections Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnectionsMin Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnectionsMax Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnectionsSum Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS brokerConnectionsCount UInt32 CODEC(T64, ZSTD(1));
