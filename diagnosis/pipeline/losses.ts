/** A counter of Weir's own that nobody wants to see grow, in words. */
export interface LossKind {
  readonly metric: string
  /** The label that says why; without one the counter has only one reason. */
  readonly label?: string
  /** Other values of the label are no loss. */
  readonly only?: string
  /** With {count} and {reason}; says what happened and what to do next. */
  readonly text: string
}

/** What may go missing between a Flink process and a chart, in the order of the road. */
export const losses: readonly LossKind[] = [
  {
    metric: 'weir_agent_polls_failed_total',
    label: 'source',
    text: 'The source {reason} could not be read {count} times; the log of this agent names the addresses.',
  },
  {
    metric: 'weir_ship_lost_total',
    label: 'reason',
    text: '{count} batches will never arrive ({reason}) and are gaps in charts. A larger spool (ship.spool.maxBytes) survives longer outages.',
  },
  {
    metric: 'weir_intake_refused_total',
    label: 'status',
    text: '{count} requests were refused with status {reason}. 401 and 403: look at the token; 413: at the limits; 429 and 503: the bus or the store was behind, and senders try again.',
  },
  {
    metric: 'weir_intake_samples_refused_total',
    label: 'reason',
    text: '{count} samples were left out of what was otherwise taken ({reason}). Where it is cardinality, the jobs are named below; raise gateway.limits.maxSeriesPerOwner or send fewer labels.',
  },
  {
    metric: 'weir_writer_parked_total',
    label: 'topic',
    text: '{count} records of {reason} can never be stored and lie in the table "parked", each with its reason.',
  },
  {
    metric: 'weir_rollup_failures_total',
    text: 'Rollups could not be computed {count} times; they are tried again every minute.',
  },
  {
    metric: 'weir_logs_lost_bytes_total',
    label: 'reason',
    text: '{count} bytes of logs were gone before they could be read ({reason}).',
  },
  {
    metric: 'weir_logs_archive_cut_events_total',
    label: 'acknowledged',
    only: 'no',
    text: '{count} archived lines that no gateway had taken were cut for the quota (logs.archive.maxBytes).',
  },
  {
    metric: 'weir_logs_archive_refused_events_total',
    text: '{count} lines did not go into the archive; the disk of this node may be full.',
  },
  {
    metric: 'weir_logs_unreadable_files_total',
    text: '{count} log files could not be opened; the log service needs the right to read them.',
  },
]
