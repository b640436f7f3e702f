import type { Signature } from './signature.ts'

/** State: restoring it, RocksDB, disks and object stores. */
export const state: readonly Signature[] = [
  {
    id: 'state-restore',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [
      ['streamoperatorstatecontext', /Exception while creating StreamOperatorStateContext\./],
      [
        'provided restore options',
        /Could not restore (?:keyed|operator) state backend for .{0,500} from any of the (\d{1,9}) provided restore options/,
      ],
    ],
    advice:
      'State could not be read back: files are missing or corrupt, or may not be read; see the cause below.',
  },
  {
    id: 'state-mapping',
    where: ['jobmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      [
        'cannot map checkpoint/savepoint state',
        /Failed to rollback to checkpoint\/savepoint (.{0,500})\. Cannot map checkpoint\/savepoint state for operator (\S{1,100}) to the new program/,
      ],
    ],
    advice:
      'An operator is gone or has another uid: set uids, or allow state that is not restored.',
  },
  {
    id: 'max-parallelism',
    where: ['jobmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      [
        'max parallelism mismatch',
        /Max parallelism mismatch between checkpoint\/savepoint state and new program/,
      ],
    ],
    advice: 'The maximum parallelism differs from that of the state: set it to what it was.',
  },
  {
    id: 'state-migration',
    where: ['taskmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['must not be incompatible', /StateMigrationException: .{0,500}must not be incompatible/],
      ['the new key serializer', /StateMigrationException: .{0,500}The new key serializer \(/],
    ],
    advice: 'The schema of state changed in a way that cannot be read: migrate it, or go back.',
  },
  {
    id: 'cp-magic',
    where: ['jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['unexpected magic number', /Unexpected magic number\. This can have multiple reasons/],
    ],
    advice: 'The path is no checkpoint, or one of a version that is too old.',
  },
  {
    id: 'rocksdb-io',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['rocksdbexception: io error', /org\.rocksdb\.RocksDBException: IO error: .{0,500}/],
      ['rocksdbexception: while ', /org\.rocksdb\.RocksDBException: While .{0,500}: .{0,500}/],
    ],
    advice: 'The local disk of RocksDB failed: is it full, or out of file handles?',
  },
  {
    id: 'rocksdb-corrupt',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['rocksdbexception: corruption', /RocksDBException: Corruption/],
      ['block checksum mismatch', /RocksDBException: .{0,300}block checksum mismatch/],
      ['file is too short', /RocksDBException: .{0,300}file is too short/],
    ],
    advice: 'Local state is corrupt: restore from a checkpoint and look at the disk.',
  },
  {
    id: 'rocksdb-open',
    where: ['taskmanager', 'exception'],
    severity: 'fatal',
    role: 'echo',
    texts: [
      ['error while opening rocksdb', /Error while opening RocksDB instance/],
      ['could not load', /Could not load.{0,100}RocksDB/],
      ['could not init', /Could not init.{0,100}RocksDB/],
      ['unsatisfiedlinkerror', /UnsatisfiedLinkError/],
    ],
    advice:
      'The native library cannot be loaded: a musl image, or a tmp directory that forbids executing.',
  },
  {
    id: 'disk-full',
    where: ['jobmanager', 'taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [['no space left on device', /No space left on device/]],
    advice: 'A disk is full: look at io.tmp.dirs, state.backend.rocksdb.localdir and logs.',
  },
  {
    id: 'storage-missing',
    where: ['taskmanager', 'jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['filenotfoundexception', /FileNotFoundException: .{0,500}(?:chk-\d{1,20}|shared|taskowned)/],
      ['nosuchkey', /NoSuchKey/],
      ['the specified key does not exist', /The specified key does not exist/],
    ],
    advice: 'Files of a checkpoint were deleted, most often by a lifecycle rule of the bucket.',
  },
  {
    id: 's3-throttle',
    where: ['taskmanager'],
    severity: 'warning',
    role: 'cause',
    texts: [
      ['slowdown', /SlowDown/],
      ['503 ', /503 .{0,200}(?:Service Unavailable|Slow Down)/],
      ['exceeded', /Rate ?exceeded/],
    ],
    advice:
      'The object store throttles: raise execution.checkpointing.data-inline-threshold, or merge small files.',
  },
]
