import type { Signature } from './signature.ts'

/** Serialization, classes, and the job's own code. */
export const userCode: readonly Signature[] = [
  {
    id: 'kryo',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [['kryoexception', /com\.esotericsoftware\.kryo\.(?:kryo5\.)?KryoException/]],
    advice:
      'A generic type cannot be read or written: register its serializer. Flink 2 has Kryo 5, which cannot read older state.',
  },
  {
    id: 'generic-type',
    where: ['jobmanager', 'client'],
    severity: 'information',
    role: 'noise',
    texts: [
      [
        'will be processed as generictype',
        /will be processed as GenericType\. Please read the Flink documentation on "Data Types & Serialization"/,
      ],
    ],
    advice: 'Kryo is slow: give the type a serializer of Flink.',
  },
  {
    id: 'class-missing',
    where: ['taskmanager', 'jobmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['classnotfoundexception', /ClassNotFoundException: (\S{1,300})/],
      ['noclassdeffounderror', /NoClassDefFoundError: (\S{1,300})/],
    ],
    advice: 'A class is in no jar: look at how the job is packaged and at class loading.',
  },
  {
    id: 'class-conflict',
    where: ['taskmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['nosuchmethoderror', /NoSuchMethodError: /],
      ['nosuchfielderror', /NoSuchFieldError: /],
      ['incompatibleclasschangeerror', /IncompatibleClassChangeError/],
      ['abstractmethoderror', /AbstractMethodError/],
      ['linkageerror', /LinkageError/],
      ['verifyerror', /VerifyError/],
    ],
    advice: 'Two versions of a library meet: shade it or align versions.',
  },
  {
    id: 'cast-loader',
    where: ['taskmanager', 'exception'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      [
        'cannot be cast to class',
        /ClassCastException: class (\S{1,300}) cannot be cast to class \1 /,
      ],
    ],
    advice: "One class is loaded twice: keep it in Flink's lib or in the job's jar, not in both.",
  },
  {
    id: 'closed-loader',
    where: ['taskmanager'],
    severity: 'warning',
    role: 'noise',
    texts: [
      [
        'trying to access closed classloader',
        /Trying to access closed classloader\. Please check if you store classloaders directly or indirectly in static fields/,
      ],
    ],
    advice: 'Something outlives its job: a thread or a static field of the job leaks.',
  },
  {
    id: 'not-serializable',
    where: ['client', 'jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['notserializableexception', /NotSerializableException: (\S{1,300})/],
      [
        'is not serializable. the object',
        /is not serializable\. The object probably contains or references non serializable fields/,
      ],
    ],
    advice:
      'A function holds what cannot be sent: make the field transient and create it in open().',
  },
  {
    id: 'null-key',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['assigned key must not be null', /Assigned key must not be null!/],
      ['could not extract key from', /Could not extract key from/],
    ],
    advice: 'A record has no key: filter or repair such records before keyBy.',
  },
  {
    id: 'no-timestamp',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'no timestamp marker',
        /Record has (?:Java )?Long\.MIN_VALUE timestamp \(= no timestamp marker\)/,
      ],
    ],
    advice: 'Event time is used without a watermark strategy: assign one at the source.',
  },
  {
    id: 'key-group',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [['key group ', /Key group \d{1,9} is not in/]],
    advice: 'A key has another hash than before: arrays and enums have none that lasts.',
  },
  {
    id: 'deser',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'failed to deserialize',
        /Failed to deserialize (?:consumer record due to|Avro record|JSON)/,
      ],
      ['jsonparseexception', /JsonParseException/],
    ],
    advice:
      'A record cannot be read, and each restart meets it again: skip or divert such records.',
  },
  {
    id: 'async-io-timeout',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [['async function call has timed out', /Async function call has timed out/]],
    advice:
      'The service behind the asynchronous function is slow: raise its timeout or capacity, or retry.',
  },
  {
    id: 'npe-user',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['java.lang.nullpointerexception', /(?:^|\n|Caused by: )java\.lang\.NullPointerException/],
    ],
    inUserCode: true,
    advice: "The job's code met null; the frame says where.",
  },
]
