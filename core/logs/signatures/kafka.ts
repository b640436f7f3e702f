import type { Signature } from './signature.ts'

/** Kafka's clients and Flink's Kafka connector. */
export const kafka: readonly Signature[] = [
  {
    id: 'k-node',
    where: ['taskmanager'],
    severity: 'warning',
    role: 'cause',
    texts: [
      [
        'could not be established.',
        /Connection to node (-?\d{1,12}) \(.{0,300}\) could not be established\. (?:Node|Broker) may not be available/,
      ],
    ],
    advice: 'A broker is down, or its advertised.listeners cannot be reached from here.',
  },
  {
    id: 'k-metadata',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['not present in metadata', /Topic (\S{1,249}) not present in metadata after (\d{1,12}) ms/],
    ],
    advice: 'The topic is missing, may not be seen, or no broker answers.',
  },
  {
    id: 'k-desc',
    where: ['jobmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['failed to get metadata for topics', /Failed to get metadata for topics/],
      ['failed to list subscribed topic', /Failed to list subscribed topic partitions due to/],
      ['failed to initialize partition splits', /Failed to initialize partition splits/],
      ['unknowntopicorpartitionexception', /UnknownTopicOrPartitionException/],
    ],
    advice: 'The topic does not exist or may not be described.',
  },
  {
    id: 'k-expire',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'has passed since batch creation',
        /Expiring (\d{1,12}) record\(s\) for (\S{1,249}?)-(\d{1,9}):(\d{1,12}) ms has passed since batch creation/,
      ],
    ],
    advice: 'A broker was too slow or away while records waited to be sent.',
  },
  {
    id: 'k-blocked',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'configured max blocking time',
        /Failed to allocate \d{1,20} bytes within the configured max blocking time/,
      ],
    ],
    advice: "The producer's buffer stayed full: brokers are slow, or buffer.memory is small.",
  },
  {
    id: 'k-offset-reset',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['offsetoutofrangeexception', /OffsetOutOfRangeException/],
      ['undefined offset with no reset', /Undefined offset with no reset policy for partitions?/],
    ],
    advice:
      'Retention removed records that were not read yet: data is lost; read from an offset that exists.',
  },
  {
    id: 'k-commit',
    where: ['taskmanager'],
    severity: 'warning',
    role: 'noise',
    texts: [
      [
        'failed to commit consumer offsets',
        /Failed to commit consumer offsets for checkpoint (\d{1,20})/,
      ],
      ['offset commit failed', /Offset commit failed on partition/],
    ],
    advice: 'Offsets in Kafka are for monitoring only; Flink restores from its checkpoints.',
  },
  {
    id: 'k-fenced',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['producerfencedexception', /ProducerFencedException/],
      ['newer producer with the same', /There is a newer producer with the same transactionalId/],
      ['invalidproducerepochexception', /InvalidProducerEpochException/],
    ],
    advice: 'Two jobs share a transactional id, or a transaction ran out of time.',
  },
  {
    id: 'k-tx-timeout',
    where: ['taskmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      [
        'the transaction timeout is larger',
        /The transaction timeout is larger than the maximum value allowed by the broker/,
      ],
    ],
    advice:
      "Set the producer's transaction.timeout.ms to at most the broker's transaction.max.timeout.ms.",
  },
  {
    id: 'k-tx-lost',
    where: ['taskmanager'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'unable to commit transaction',
        /Unable to commit transaction .{0,500} because (?:it's in an invalid state|its producer is already fenced)/,
      ],
      ['data has been potentially lost', /data has been potentially lost/],
    ],
    advice:
      'Records were lost: a transaction ran out of time before it was committed; make its timeout longer than any outage.',
  },
  {
    id: 'k-too-large',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['recordtoolargeexception', /RecordTooLargeException/],
      ['max.request.size', /larger than .{0,200}max\.request\.size/],
      ['messagesizetoolarge', /MessageSizeTooLarge/],
    ],
    advice: 'A record is larger than producer or topic allow.',
  },
  {
    id: 'k-auth',
    where: ['taskmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['authorizationexception', /(?:Topic|Group|Cluster|TransactionalId)AuthorizationException/],
      ['saslauthenticationexception', /SaslAuthenticationException/],
      ['sslauthenticationexception', /SslAuthenticationException/],
    ],
    advice: 'Credentials or access rights are wrong.',
  },
  {
    id: 'k-mbean',
    where: ['taskmanager'],
    severity: 'information',
    role: 'noise',
    texts: [
      [
        'instancealreadyexistsexception',
        /InstanceAlreadyExistsException: kafka\.(?:consumer|producer):/,
      ],
    ],
    advice: 'Two clients share a client.id, so that their metrics are wrong.',
  },
  {
    id: 'k-sink-failed',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [
      [
        'one or more kafka producer send',
        /One or more Kafka Producer send requests have encountered exception/,
      ],
    ],
    advice: 'Only a wrapper: see the cause below.',
  },
]
