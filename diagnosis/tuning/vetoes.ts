/**
 * Why a cause gets no change of size: the one place where this is decided. `own` is the answer to the cause itself;
 * `others` is what it takes away from advice elsewhere: of the whole job while rates say nothing about a size, or of
 * the vertices above it, because what they could pass on is not taken below.
 */
export interface Veto {
  /** Absent where the cause has advice of its own kind. */
  readonly own?: string
  readonly others?: 'job' | 'upstream'
}

export const vetoes: Readonly<Record<string, Veto>> = {
  'job-failed': { own: 'the job does not run: the first fault comes first', others: 'job' },
  'restart-loop': {
    own: 'no size cures a failing record or code: the first fault comes first',
    others: 'job',
  },
  'poison-record': {
    own: 'no size cures a failing record: it comes back after every restart',
    others: 'job',
  },
  'taskmanager-lost': {
    own: 'the loss came from outside: sizes follow once the job has run again for a while',
    others: 'job',
  },
  'heartbeat-timeout': {
    own: 'a TaskManager does not answer: sizes follow once the job has run again for a while',
    others: 'job',
  },
  // A heap that ran out gets a size of its own (heap.ts); what was measured meanwhile is collections.
  'heap-oom': { others: 'job' },
  'no-slots': {
    own: 'the job does not run: it needs the slots that it already asked for',
    others: 'job',
  },
  'stuck-task': {
    own: 'do not scale: the task takes nothing at all, and more subtasks would wait with it',
    others: 'job',
  },
  'slow-instance': {
    own: 'do not scale: one TaskManager is slow, and more subtasks would still wait for those on it',
    others: 'job',
  },
  // It gets CPU of its own (cpu.ts); subtasks on it take that from each other, so the limit comes first.
  'cpu-throttled': { others: 'job' },
  'broker-unreachable': {
    own: 'do not scale: the source waits for its broker',
    others: 'job',
  },
  'catching-up': {
    own: 'a backlog is being worked off and shrinks: the rate is not the usual one',
    others: 'job',
  },
  'slow-sink': {
    own: 'do not scale: the sink waits for the store behind it, and more writers move the pressure there',
    others: 'upstream',
  },
  'data-skew': {
    own: 'do not scale: the key is skewed, and a hot key stays on one subtask at any parallelism',
    others: 'upstream',
  },
  'hot-key': {
    own: 'do not scale: one key carries too much, and stays on one subtask at any parallelism',
    others: 'upstream',
  },
  'source-skew': {
    own: 'do not scale: few partitions carry most of the records, and a partition stays on one subtask',
  },
  'uneven-partitions': {
    own: 'do not scale beyond the partitions: some subtasks would read none',
  },
  'source-limited': {
    own: 'the parallelism of a source ends at its partitions, whose number is not known here',
    others: 'upstream',
  },
  'lag-growing': {
    own: 'what holds the reading back is not known, and a size would be a guess',
  },
  'async-capacity': {
    own: 'its asynchronous operator is full: a higher capacity gives the same without another subtask',
    others: 'upstream',
  },
  'checkpoint-expired': {
    own: 'an unanswered barrier is not a matter of size until the subtask that holds it is known',
  },
  'checkpoint-storage': {
    own: 'where checkpoints go fails or is slow: no size of the job changes that',
  },
  'checkpoint-sync': {
    own: 'the synchronous phase is work of the function that snapshots, not of a size',
  },
}
