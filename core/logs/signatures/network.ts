import type { Signature } from './signature.ts'

/** Data between TaskManagers: buffers, connections, partitions. */
export const network: readonly Signature[] = [
  {
    id: 'net-buffers',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'insufficient number of network buffers',
        /Insufficient number of network buffers: required (\d{1,12}), but only (\d{1,12}) available/,
      ],
    ],
    advice:
      'There are fewer network buffers than channels need: raise taskmanager.memory.network.fraction and max, or lower the parallelism of all-to-all edges.',
  },
  {
    id: 'net-buffer-timeout',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['requesting exclusive buffers', /Timeout triggered when requesting exclusive buffers/],
    ],
    advice: 'Network buffers did not come free in time: raise taskmanager.memory.network.max.',
  },
  {
    id: 'net-usage-warn',
    where: ['taskmanager'],
    severity: 'warning',
    role: 'noise',
    texts: [
      [
        'is too high to satisfy all of the requests',
        /Memory usage \[\d{1,9}%\] is too high to satisfy all of the requests/,
      ],
    ],
    advice: 'Network memory is overbooked: add some before it fails.',
  },
  {
    id: 'remote-closed',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [
      [
        'unexpectedly closed by remote',
        /Connection unexpectedly closed by remote task manager '([^']{1,300})'/,
      ],
    ],
    advice: 'The other TaskManager died: look there for an exit code, an OOM kill or an eviction.',
  },
  {
    id: 'remote-lost',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [['lost connection to task manager', /Lost connection to task manager '([^']{1,300})'/]],
    advice: 'The network broke, or the other TaskManager is dead: look there.',
  },
  {
    id: 'connect-failed',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [
      [
        'connecting to remote task manager',
        /Connecting to remote task manager '([^']{1,300})' has failed\. This might indicate that the remote task manager has been lost/,
      ],
    ],
    advice:
      'The other TaskManager is dead or out of reach: look there, then at DNS and network policies.',
  },
  {
    id: 'partition-request',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [
      ['sending the partition request', /Sending the partition request to '([^']{1,300})' failed/],
      ['partitionnotfoundexception', /PartitionNotFoundException: Partition \S{1,200} not found\./],
    ],
    advice:
      'A producer was not up when its consumer asked: raise taskmanager.network.request-backoff.max if no TaskManager died.',
  },
  {
    id: 'local-transport',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [
      [
        'localtransportexception',
        /LocalTransportException: (?:readAddress|Connection reset|Broken pipe).{0,300}connection to '([^']{1,300})'/,
      ],
    ],
    advice: 'A connection between TaskManagers broke: look at the network and the other side.',
  },
  {
    id: 'file-handles',
    where: ['taskmanager'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'offer enough file handles',
        /does not offer enough file handles to open the network connection/,
      ],
      ['too many open files', /Too many open files/],
    ],
    advice:
      'The process may open no more files: raise its ulimit, or bound state.backend.rocksdb.files.open.',
  },
]
