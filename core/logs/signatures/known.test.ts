import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { stepsOf } from '../bounded-pattern.ts'
import { knownSignatures, signatureOf, signatures } from './known.ts'

const job = '4b65f20c4df260b0e5dd8cfbc4ccc268'

/** One text for each that a signature looks for, as it is written where it happens. */
const examples: Readonly<Record<string, readonly string[]>> = {
  'oom-heap': ['java.lang.OutOfMemoryError: Java heap space'],
  'oom-heap-jm': [
    'A heap space-related out-of-memory error has occurred. This can mean two things:',
  ],
  'oom-gc-overhead': ['java.lang.OutOfMemoryError: GC overhead limit exceeded'],
  'oom-array': ['java.lang.OutOfMemoryError: Requested array size exceeds VM limit'],
  'oom-metaspace': [
    'java.lang.OutOfMemoryError: Metaspace. The metaspace out-of-memory error',
    'java.lang.OutOfMemoryError: Compressed class space',
    'The metaspace out-of-memory error has occurred.',
  ],
  'oom-direct': [
    'java.lang.OutOfMemoryError: Direct buffer memory',
    'java.lang.OutOfMemoryError: Cannot reserve 4194304 bytes of direct buffer memory (allocated: 1, limit: 2)',
    'The direct out-of-memory error has occurred.',
  ],
  'oom-thread': [
    'java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory',
  ],
  'oom-mmap': [
    'java.lang.OutOfMemoryError: Map failed',
    '# Native memory allocation (mmap) failed to map 16384 bytes',
  ],
  'oom-netty': [
    'io.netty.util.internal.OutOfDirectMemoryError: failed to allocate 16777216 byte(s) of direct memory (used: 1, max: 2)',
  ],
  oomkilled: [
    'Worker tm-1 is terminated. Diagnostics: Pod terminated, container termination statuses: [flink-main-container(exitCode=137, reason=OOMKilled, message=null)], pod status: Failed',
  ],
  'managed-exhausted': [
    "Could not created the shared memory resource of size 536870912. Not enough memory left to reserve from the slot's managed memory.",
    'org.apache.flink.runtime.memory.MemoryAllocationException: Could not allocate 16 pages',
  ],
  'memory-config': [
    'TaskManager memory configuration failed: Sum of configured sizes exceed',
    'org.apache.flink.configuration.IllegalConfigurationException: Sum of configured Framework Heap Memory',
  ],
  'heap-state-too-big': [
    'Size of the state is larger than the maximum permitted memory-backed state. Size=6000000, maxSize=5242880. Consider',
  ],
  'net-buffers': [
    'java.io.IOException: Insufficient number of network buffers: required 65, but only 12 available.',
  ],
  'net-buffer-timeout': ['Timeout triggered when requesting exclusive buffers: The total number'],
  'net-usage-warn': ['Memory usage [105%] is too high to satisfy all of the requests.'],
  'remote-closed': [
    "Connection unexpectedly closed by remote task manager '10.0.0.1/10.0.0.1:1 [ tm-1 ] '.",
  ],
  'remote-lost': ["Lost connection to task manager '10.0.0.1/10.0.0.1:1 [ tm-1 ] '."],
  'connect-failed': [
    "Connecting to remote task manager '/10.0.0.1:1 [ tm-1 ] ' has failed. This might indicate that the remote task manager has been lost.",
  ],
  'partition-request': [
    "Sending the partition request to '/10.0.0.1:1 (#0)' failed.",
    'org.apache.flink.runtime.io.network.partition.PartitionNotFoundException: Partition a#0@b not found.',
  ],
  'local-transport': [
    "org.apache.flink.runtime.io.network.netty.exception.LocalTransportException: readAddress(..) failed: Connection timed out (connection to '10.0.0.1:1')",
  ],
  'file-handles': [
    'The operating system does not offer enough file handles to open the network connection.',
    'java.io.IOException: Too many open files',
  ],
  'no-resources': [
    'org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: Could not acquire the minimum required resources.',
  ],
  'slot-timeout': [
    'Slot request bulk is not fulfillable! Could not allocate the required slot within slot request timeout',
  ],
  'adaptive-no-resources': [
    'NoResourceAvailableException: Not enough resources available for scheduling.',
  ],
  'requirements-unmet': [`Could not fulfill resource requirements of job ${job}.`],
  'max-resources': [
    'Max total resource limitation <ResourceProfile{}> is reached.',
    'Can not request more, the max total resource limitation is hit',
  ],
  'worker-start-failed': [
    'Failed requesting worker with resource spec WorkerResourceSpec {cpuCores=1.0}',
    'Reaching max start worker failure rate: 10 events detected',
  ],
  'worker-not-registered': [
    'Worker flink-taskmanager-1-1 did not register in PT5M, will stop it and request a new one.',
  ],
  'worker-terminated': [
    'Worker flink-taskmanager-1-1 is terminated. Diagnostics: Pod terminated, exitCode=1',
  ],
  'tm-heartbeat': [
    'The heartbeat of TaskManager with id tm-1 timed out.',
    'Heartbeat of TaskManager with id tm-1 timed out.',
  ],
  'tm-unreachable': ['TaskManager with id tm-1 is no longer reachable.'],
  'jm-heartbeat': [
    'The heartbeat of JobManager with id 4eaf timed out.',
    'The heartbeat of ResourceManager with id 4eaf timed out.',
  ],
  'tm-register-timeout': [
    'Could not register at the ResourceManager within the specified maximum registration duration PT5M.',
  ],
  'slot-timed-out': ['The slot 4eaf has timed out.'],
  'ask-timeout': [
    'org.apache.pekko.pattern.AskTimeoutException: Ask timed out on [Actor[pekko://flink/user]] after [10000 ms].',
    'Invocation of [RemoteRpcInvocation(A.b(C))] at recipient [pekko.tcp://flink@a:1/user/rpc/taskmanager_0] timed out.',
  ],
  framesize: [
    "The method requestJob's result size 11000000 exceeds the maximum size 10485760 .",
    'Discarding oversized payload sent to Actor[x]: max allowed size 10485760 bytes',
  ],
  'association-failed': [
    'Association with remote system [pekko.tcp://flink@10.0.0.1:6123] has failed, address is now gated for [50] ms.',
    'Association with remote system [akka.ssl.tcp://flink@a:6123] has failed, address is now gated for [50] ms.',
  ],
  'rpc-endpoint-not-started': [
    'Discard message x, because the rpc endpoint pekko.tcp://flink@a:1/user/rpc/dispatcher_0 has not been started yet.',
  ],
  fencing: [
    'FencingTokenException: Fencing token not set: Ignoring message',
    'FencingTokenException: Fencing token mismatch: x',
  ],
  'leader-lost': [
    `JobManager for job ${job} with leader id 4eaf lost leadership.`,
    'Job leader lost leadership.',
  ],
  'rm-leader-changed': ['ResourceManager leader changed to new address null'],
  'rest-no-leader': [
    'Service temporarily unavailable due to an ongoing leader election. Please refresh.',
  ],
  'version-mismatch': ['HandshakeException: Version mismatch between source (4eaf) and'],
  'fatal-thread': [
    "FATAL: Thread 'flink-scheduler-1' produced an uncaught exception. Stopping the process...",
  ],
  blob: [
    'Could not connect to BlobServer at address a/10.0.0.1:6124',
    'GET operation failed: Server side error',
  ],
  'job-state': [`Job a b (${job}) switched from state RUNNING to RESTARTING.`],
  'task-state-jm': [
    `Source: a (1/2) (${job}_bc_0_0) switched from DEPLOYING to RUNNING.`,
    `Source: a (1/2) (${job}_bc_0_0) switched from RUNNING to FAILED on tm-1 @ localhost (dataPort=4711).`,
  ],
  'task-failed-tm': [
    `Source: a (1/2)#0 (${job}_bc_0_0) switched from RUNNING to FAILED with failure cause:`,
  ],
  'restart-n': [
    '6 tasks will be restarted to recover the failed task 4eaf_0.',
    '6 tasks will be restarted to recover from a global failure.',
  ],
  'no-more-restarts': [
    'Recovery is suppressed by FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts=3)',
  ],
  'not-recoverable': ['org.apache.flink.runtime.JobException: The failure is not recoverable'],
  'cancel-stuck': [
    "Task 'a (1/2)#0' did not react to cancelling signal - interrupting; it is stuck for 30 seconds in method:",
  ],
  'cancel-watchdog': ['Task did not exit gracefully within 180 + seconds.'],
  'chained-op': ['ExceptionInChainedOperatorException: Could not forward element to next operator'],
  'async-timer': ['Caught exception while processing timer.'],
  'cp-completed': [
    `Completed checkpoint 7 for job ${job} (1234 bytes, checkpointDuration=45 ms, finalizationTime=3 ms).`,
  ],
  'cp-expired': [
    `Checkpoint 7 of job ${job} expired before completing.`,
    'CheckpointException: Checkpoint expired before completing.',
  ],
  'cp-declined': [
    `Decline checkpoint 7 by task 4eaf of job ${job} at tm-1 @ localhost (dataPort=1).`,
  ],
  'cp-tolerable': ['FlinkRuntimeException: Exceeded checkpoint tolerable failure threshold.'],
  'cp-failed-n': [
    `Failed to trigger or complete checkpoint 7 for job ${job}. (1 consecutive failed attempts so far)`,
  ],
  'cp-trigger-failed': [
    `Failed to trigger checkpoint for job ${job} since Some tasks of the job have already finished.`,
  ],
  'cp-late': [
    'Received late message for now expired checkpoint attempt 7 from task 4eaf_0 of job x',
  ],
  'cp-async-failed': [
    'Could not materialize checkpoint 7 for operator a (1/2)#0.',
    'Asynchronous task checkpoint failed.',
  ],
  'cp-sync-failed': [
    'Could not perform checkpoint 7 for operator a (1/2)#0.',
    'Could not complete snapshot 7 for operator a',
  ],
  'cp-finalize': [
    'Could not finalize the pending checkpoint 7.',
    'Failure to finalize checkpoint.',
  ],
  'state-restore': [
    'Exception while creating StreamOperatorStateContext.',
    'Could not restore keyed state backend for A_4eaf_(1/2) from any of the 1 provided restore options.',
  ],
  'state-mapping': [
    'Failed to rollback to checkpoint/savepoint file:/a. Cannot map checkpoint/savepoint state for operator 4eaf to the new program',
  ],
  'max-parallelism': [
    'Failed to rollback to checkpoint/savepoint. Max parallelism mismatch between checkpoint/savepoint state and new program.',
  ],
  'state-migration': [
    'StateMigrationException: The new state serializer (A) must not be incompatible with the old',
    'StateMigrationException: The new key serializer (A) must be compatible',
  ],
  'cp-magic': ['Unexpected magic number. This can have multiple reasons: (1) You are trying'],
  'rocksdb-io': [
    'org.rocksdb.RocksDBException: IO error: No such file: /tmp/x',
    'org.rocksdb.RocksDBException: While open a file for appending: /tmp/x: Permission denied',
  ],
  'rocksdb-corrupt': [
    'org.rocksdb.RocksDBException: Corruption: bad block',
    'RocksDBException: x block checksum mismatch: stored = 1',
    'RocksDBException: file is too short (1 bytes) to be an sstable',
  ],
  'rocksdb-open': [
    'java.io.IOException: Error while opening RocksDB instance.',
    'Could not load the native RocksDB library',
    'Could not initialize class org.rocksdb.RocksDB',
    'java.lang.UnsatisfiedLinkError: /tmp/librocksdbjni.so',
  ],
  'disk-full': ['java.io.IOException: No space left on device'],
  'storage-missing': [
    'java.io.FileNotFoundException: File does not exist: /flink/chk-7/x',
    'com.amazonaws.services.s3.model.AmazonS3Exception: x (Error Code: NoSuchKey; x)',
    'The specified key does not exist.',
  ],
  's3-throttle': [
    'AmazonS3Exception: Please reduce your request rate. (Error Code: SlowDown)',
    'Status Code: 503 (Service Unavailable)',
    'Rate exceeded',
  ],
  kryo: [
    'com.esotericsoftware.kryo.KryoException: Buffer underflow.',
    'com.esotericsoftware.kryo.kryo5.KryoException: x',
  ],
  'generic-type': [
    'Class class a.B will be processed as GenericType. Please read the Flink documentation on "Data Types & Serialization" for details',
  ],
  'class-missing': ['java.lang.ClassNotFoundException: a.B', 'java.lang.NoClassDefFoundError: a/B'],
  'class-conflict': [
    'java.lang.NoSuchMethodError: a.B.c()V',
    'java.lang.NoSuchFieldError: x',
    'java.lang.IncompatibleClassChangeError: x',
    'java.lang.AbstractMethodError',
    'java.lang.LinkageError: loader constraint',
    'java.lang.VerifyError: Bad type',
  ],
  'cast-loader': [
    'java.lang.ClassCastException: class a.B cannot be cast to class a.B (a.B is in unnamed module',
  ],
  'closed-loader': [
    'Trying to access closed classloader. Please check if you store classloaders directly or indirectly in static fields.',
  ],
  'not-serializable': [
    'java.io.NotSerializableException: a.B',
    'The implementation of the A is not serializable. The object probably contains or references non serializable fields.',
  ],
  'null-key': [
    'java.lang.NullPointerException: Assigned key must not be null!',
    'Could not extract key from a',
  ],
  'no-timestamp': [
    'Record has Java Long.MIN_VALUE timestamp (= no timestamp marker).',
    'Record has Long.MIN_VALUE timestamp (= no timestamp marker).',
  ],
  'key-group': ['Key group 5 is not in KeyGroupRange{startKeyGroup=0, endKeyGroup=3}.'],
  deser: [
    'java.io.IOException: Failed to deserialize consumer record due to',
    'Failed to deserialize Avro record.',
    "java.io.IOException: Failed to deserialize JSON 'x'.",
    'com.fasterxml.jackson.core.JsonParseException: Unrecognized token',
  ],
  'async-io-timeout': ['java.util.concurrent.TimeoutException: Async function call has timed out.'],
  'npe-user': ['java.lang.NullPointerException: Cannot invoke "String.length()"'],
  'k-node': [
    'Connection to node -1 (localhost/127.0.0.1:9092) could not be established. Broker may not be available.',
    'Connection to node 1 (a/10.0.0.1:9092) could not be established. Node may not be available.',
  ],
  'k-metadata': ['TimeoutException: Topic orders not present in metadata after 60000 ms.'],
  'k-desc': [
    'Failed to get metadata for topics [orders].',
    'Failed to list subscribed topic partitions due to',
    'Failed to initialize partition splits due to',
    'org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.',
  ],
  'k-expire': ['Expiring 5 record(s) for orders-eu-3:120000 ms has passed since batch creation'],
  'k-blocked': ['Failed to allocate 16384 bytes within the configured max blocking time 60000 ms.'],
  'k-offset-reset': [
    'org.apache.kafka.clients.consumer.OffsetOutOfRangeException: x',
    'Undefined offset with no reset policy for partitions: [orders-0]',
  ],
  'k-commit': [
    'Failed to commit consumer offsets for checkpoint 7',
    'Offset commit failed on partition orders-0 at offset 5',
  ],
  'k-fenced': [
    'org.apache.kafka.common.errors.ProducerFencedException: x',
    'There is a newer producer with the same transactionalId which fences the current one.',
    'org.apache.kafka.common.errors.InvalidProducerEpochException: x',
  ],
  'k-tx-timeout': [
    'The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms).',
  ],
  'k-tx-lost': [
    "Unable to commit transaction (KafkaCommittable{x}) because it's in an invalid state.",
    'Unable to commit transaction (x) because its producer is already fenced.',
    'This might have led to data loss: data has been potentially lost',
  ],
  'k-too-large': [
    'org.apache.kafka.common.errors.RecordTooLargeException: x',
    'The message is 2000000 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.',
    'MessageSizeTooLarge',
  ],
  'k-auth': [
    'org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [a]',
    'org.apache.kafka.common.errors.SaslAuthenticationException: x',
    'org.apache.kafka.common.errors.SslAuthenticationException: x',
  ],
  'k-mbean': ['javax.management.InstanceAlreadyExistsException: kafka.consumer:type=app-info,id=a'],
  'k-sink-failed': ['One or more Kafka Producer send requests have encountered exception'],
  'ks-quota': ['pods "a" is forbidden: exceeded quota: compute, requested: cpu=1'],
  'ks-unsched': [
    '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: }.',
    "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
  ],
  'ks-image': ['Error: ErrImagePull', 'ImagePullBackOff', 'Failed to pull image "a:1"'],
  'ks-evicted': [
    'The node was low on resource: memory. Threshold quantity: 100Mi',
    'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.',
  ],
  'ks-forbidden': [
    'io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST. Message: Forbidden!',
  ],
  'ks-leader': [
    'Unable to update LeaderElectionRecord',
    'Renew deadline reached: 15s',
    'leader election for a was lost',
  ],
  'ks-probe': ['Liveness probe failed: HTTP probe failed', 'Readiness probe failed: x'],
  'ks-preempt': ['Preempted by a pod on node b', 'NodeNotReady', 'TaintManagerEviction'],
}

const userFrame = 'shop.Orders.parse(Orders.java:1)'

test('there are the 112 signatures of the reference, each with an example for each of its texts', () => {
  expect(signatures).toHaveLength(112)
  expect(new Set(signatures.map(({ id }) => id)).size).toBe(112)
  expect(Object.keys(examples).sort()).toEqual(signatures.map(({ id }) => id).sort())
})

test.each(Object.entries(examples))('%s is found', (id, texts) => {
  const signature = signatureOf(id)
  for (const text of texts) {
    const inMessage = knownSignatures.findAll(text, undefined, userFrame)
    const inStack = knownSignatures.findAll(
      'm',
      `a.B: c\n\tat d.E.f(E.java:1)\nCaused by: ${text}`,
      userFrame,
    )
    expect([text, inMessage, inStack]).toEqual([
      text,
      expect.arrayContaining([id]),
      expect.arrayContaining([id]),
    ])
  }
  for (const [literal, text] of signature?.texts ?? []) {
    const example = texts.find((candidate) => text.test(candidate))
    expect([String(text), example?.toLowerCase()]).toEqual([
      String(text),
      expect.stringContaining(literal),
    ])
  }
})

test.each(signatures.map(({ id, texts }) => [id, texts] as const))(
  '%s is looked for in linear time',
  (_, texts) => {
    // A class that is named twice is the only thing that refers back, behind a text of fixed length.
    for (const [, text] of texts) expect(stepsOf(text.source.replace('\\1', ''))).toBeGreaterThan(0)
  },
)

test.each([
  [
    'a null in Flink itself is not the job’s',
    'java.lang.NullPointerException',
    undefined,
    undefined,
    undefined,
  ],
  [
    'a cause speaks for the wrapper around it',
    'Could not forward element to next operator',
    'java.io.IOException: x\nCaused by: java.io.IOException: No space left on device',
    undefined,
    'disk-full',
  ],
  [
    'the graver of two causes',
    'No space left on device',
    'java.lang.OutOfMemoryError: Java heap space',
    undefined,
    'oom-heap',
  ],
  [
    'the innermost of two equal causes',
    'org.rocksdb.RocksDBException: IO error: x',
    'Caused by: java.io.IOException: No space left on device',
    undefined,
    'disk-full',
  ],
  [
    'an echo speaks for a moment of life',
    `Source: a (1/2) (${job}) switched from RUNNING to FAILED on a @ b (dataPort=1).`,
    "RemoteTransportException: Connection unexpectedly closed by remote task manager 'x'.",
    undefined,
    'remote-closed',
  ],
  ['nothing', 'all is well', 'a.B: c', userFrame, undefined],
])('%s', (_, message, stack, frame, expected) => {
  expect(knownSignatures.find(message, stack, frame)).toBe(expected)
})

test('of ordinary lines only those carry a signature that tell of what the lab broke', () => {
  const file = `${import.meta.dirname}/../../../test/fixtures/logs/ordinary.log`
  const lines = readFileSync(file, 'utf8').split('\n')
  const found = lines.map((line) => knownSignatures.findAll(line, undefined, undefined))
  // The prefilter by literals finds what a search for every text finds.
  expect(found.map((ids) => [...ids].sort())).toEqual(
    lines.map((line) =>
      signatures
        .filter(({ inUserCode, texts }) => !inUserCode && texts.some(([, text]) => text.test(line)))
        .map(({ id }) => id)
        .sort(),
    ),
  )
  const counts = new Map<string, number>()
  for (const id of found.flat()) counts.set(id, (counts.get(id) ?? 0) + 1)
  const graver = [...counts].filter(([id]) => signatureOf(id)?.severity !== 'information')
  expect(Object.fromEntries(graver)).toEqual({
    'ask-timeout': 2,
    'association-failed': 1,
    'cancel-stuck': 1,
    'cancel-watchdog': 2,
    'connect-failed': 1,
    'cp-expired': 2,
    'cp-failed-n': 1,
    'cp-late': 1,
    deser: 1,
    'jm-heartbeat': 3,
    'k-commit': 1,
    'k-node': 2,
    'net-buffers': 1,
    'net-usage-warn': 1,
    'no-more-restarts': 1,
    'no-resources': 1,
    'oom-heap': 1,
    'remote-closed': 1,
    'requirements-unmet': 1,
    'task-failed-tm': 1,
    'tm-heartbeat': 4,
    'tm-unreachable': 1,
  })
})

test('a long line of what nearly is a signature is read', () => {
  for (const { texts } of signatures) {
    for (const [literal] of texts) {
      const text = `Job x RocksDBException: While KubernetesClientException: ${literal} `
      knownSignatures.findAll(text.repeat(Math.ceil(100_000 / text.length)), undefined, userFrame)
    }
  }
})
