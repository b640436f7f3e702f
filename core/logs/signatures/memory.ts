import type { Signature } from './signature.ts'

/** Memory: heap, metaspace, native memory, Flink's managed memory. Texts of the JDK unless Flink's own. */
export const memory: readonly Signature[] = [
  {
    id: 'oom-heap',
    where: ['taskmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [['java heap space', /java\.lang\.OutOfMemoryError: Java heap space/]],
    advice:
      'The heap is too small, leaks, or holds skewed state: raise taskmanager.memory.task.heap.size, take a heap dump, or keep state in RocksDB.',
  },
  {
    id: 'oom-heap-jm',
    where: ['jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [['heap space-related', /A heap space-related out-of-memory error has occurred/]],
    advice:
      'The JobManager ran out of heap: raise jobmanager.memory.heap.size; many checkpoints kept or a large job graph need it.',
  },
  {
    id: 'oom-gc-overhead',
    where: ['taskmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [['gc overhead limit', /OutOfMemoryError: GC overhead limit exceeded/]],
    advice: 'The JVM did little but collect garbage: treat it as a full heap.',
  },
  {
    id: 'oom-array',
    where: ['taskmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [['requested array size', /Requested array size exceeds VM limit/]],
    advice: 'One record or one value of state is larger than an array can be: find and split it.',
  },
  {
    id: 'oom-metaspace',
    where: ['taskmanager', 'jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['outofmemoryerror: metaspace', /OutOfMemoryError: Metaspace/],
      ['compressed class space', /OutOfMemoryError: Compressed class space/],
      ['the metaspace out-of-memory', /The metaspace out-of-memory error has occurred/],
    ],
    advice:
      'Classes leak from restarts in a session cluster, or the metaspace is too small: raise taskmanager.memory.jvm-metaspace.size.',
  },
  {
    id: 'oom-direct',
    where: ['taskmanager', 'jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['direct buffer memory', /OutOfMemoryError: Direct buffer memory/],
      ['bytes of direct buffer', /Cannot reserve \d{1,20} bytes of direct buffer memory/],
      ['the direct out-of-memory', /The direct out-of-memory error has occurred/],
    ],
    advice:
      'Direct memory of the job or of Netty is too small: raise taskmanager.memory.task.off-heap.size or framework.off-heap.size.',
  },
  {
    id: 'oom-thread',
    where: ['taskmanager', 'jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [['native thread', /unable to create (?:new )?native thread/]],
    advice:
      'No thread could start: raise the limit of pids or processes, or find who leaks threads.',
  },
  {
    id: 'oom-mmap',
    where: ['taskmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['map failed', /OutOfMemoryError: Map failed/],
      ['native memory allocation', /Native memory allocation \((?:malloc|mmap)\) failed/],
    ],
    advice:
      'The system gave no more memory: look at the container limit, overcommit and vm.max_map_count.',
  },
  {
    id: 'oom-netty',
    where: ['taskmanager', 'jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      [
        'outofdirectmemoryerror',
        /OutOfDirectMemoryError: failed to allocate \d{1,20} byte\(s\) of direct memory/,
      ],
    ],
    advice:
      'Direct memory of Netty is too small: raise taskmanager.memory.framework.off-heap.size.',
  },
  {
    id: 'oomkilled',
    where: ['jobmanager', 'kubernetes'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      [
        'container termination statuses',
        /container termination statuses: \[.{0,1000}exitCode=137, reason=OOMKilled/,
      ],
    ],
    advice:
      'The kernel killed the container for memory beyond its limit: raise taskmanager.memory.jvm-overhead, lower the managed share, or use jemalloc.',
  },
  {
    id: 'managed-exhausted',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'shared memory resource',
        /Could not created? the shared memory resource of size \d{1,20}\. Not enough memory left to reserve from the slot's managed memory/,
      ],
      ['memoryallocationexception', /MemoryAllocationException: Could not allocate \d{1,20} pages/],
    ],
    advice:
      'Managed memory is zero or too small: raise taskmanager.memory.managed.fraction or its consumer weights.',
  },
  {
    id: 'memory-config',
    where: ['taskmanager', 'jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['memory configuration failed', /(?:TaskManager|JobManager) memory configuration failed:/],
      [
        'illegalconfigurationexception',
        /IllegalConfigurationException: .{0,500}(?:exceed|configured)/,
      ],
    ],
    advice: 'Configured sizes contradict each other: leave one of them to be derived.',
  },
  {
    id: 'heap-state-too-big',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'maximum permitted memory-backed state',
        /Size of the state is larger than the maximum permitted memory-backed state\. Size=(\d{1,20}), maxSize=(\d{1,20})/,
      ],
    ],
    advice:
      'Checkpoints go to the JobManager and are too large for it: set execution.checkpointing.dir to a file system.',
  },
]
