import type { ChdbConfig } from '../config.ts'

export type Settings = Readonly<Record<string, string>>

type Limits = Pick<
  ChdbConfig,
  'threads' | 'backgroundThreads' | 'maxMemoryBytes' | 'maxQueryMemoryBytes' | 'fsync'
>

/**
 * The engine's server part, which it takes from a file at opening and nowhere else. Caches are small:
 * the page cache of the system does that work, and this process has better uses for its memory.
 */
export function engineConfigXml({ backgroundThreads, maxMemoryBytes, fsync }: Limits): string {
  const server = {
    max_server_memory_usage: maxMemoryBytes,
    mark_cache_size: 32 * 1024 ** 2,
    index_mark_cache_size: 8 * 1024 ** 2,
    uncompressed_cache_size: 0,
    mmap_cache_size: 100,
    query_condition_cache_size: 8 * 1024 ** 2,
    background_pool_size: backgroundThreads,
    background_merges_mutations_concurrency_ratio: 1,
    background_schedule_pool_size: 4,
    background_common_pool_size: 2,
    background_move_pool_size: 1,
    background_fetches_pool_size: 1,
  }
  const mergeTree = {
    // Four hours by default, which is long for a raw retention of days on a small disk.
    merge_with_ttl_timeout: 600,
    // These count free threads of the pool; their defaults assume 16 and forbid large merges in a small one.
    number_of_free_entries_in_pool_to_lower_max_size_of_merge: Math.min(2, backgroundThreads),
    number_of_free_entries_in_pool_to_execute_mutation: Math.min(2, backgroundThreads),
    number_of_free_entries_in_pool_to_execute_optimize_entire_partition: Math.min(
      2,
      backgroundThreads,
    ),
    fsync_after_insert: fsync ? 1 : 0,
    fsync_part_directory: fsync ? 1 : 0,
  }
  return `<clickhouse><logger><level>none</level></logger>${elements(server)}<query_cache><max_size_in_bytes>${8 * 1024 ** 2}</max_size_in_bytes></query_cache><merge_tree>${elements(mergeTree)}</merge_tree></clickhouse>\n`
}

/** What every statement starts from. The engine ignores profiles in its file, so each lane is told. */
export function statementLimits({ threads, maxQueryMemoryBytes }: Limits): Settings {
  const spillAtBytes = String(Math.floor(maxQueryMemoryBytes / 3))
  return {
    max_threads: String(threads),
    max_memory_usage: String(maxQueryMemoryBytes),
    max_bytes_before_external_group_by: spillAtBytes,
    max_bytes_before_external_sort: spillAtBytes,
    // Otherwise a mistaken url() occupies its lane for two minutes of retries.
    http_max_tries: '1',
  }
}

function elements(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')
}
