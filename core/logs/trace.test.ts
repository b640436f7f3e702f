import { expect, test } from 'vitest'
import { type Trace, traceOf } from './trace.ts'

const frames = (...names: string[]) => names.map((name) => `\tat ${name} ~[job.jar:?]`)
const flinkFrame = 'org.apache.flink.runtime.taskmanager.Task.run(Task.java:568)'
const userFrame = 'shop.Orders.parse(Orders.java:17)'

test.each<[string, number, string[], Trace | undefined]>([
  [
    'no trace in a message of many lines',
    1,
    ['Matching resources.', 'Missing resources:', '\t Job 5'],
    undefined,
  ],
  [
    'an exception and its frames',
    1,
    [
      'Task failed',
      'java.lang.IllegalStateException: no',
      ...frames(flinkFrame, userFrame, 'shop.Main.main(Main.java:1)'),
    ],
    {
      begin: 1,
      exception: 'java.lang.IllegalStateException',
      rootCause: 'java.lang.IllegalStateException',
      frame: userFrame,
    },
  ],
  [
    'a message of many lines before the frames',
    1,
    ['failed', 'java.io.IOException: first', 'second', 'third: x', ...frames(flinkFrame)],
    { begin: 1, exception: 'java.io.IOException', rootCause: 'java.io.IOException' },
  ],
  [
    'the innermost cause, and the frame of the innermost that has one',
    1,
    [
      'failed',
      'org.apache.flink.util.FlinkException: out',
      ...frames(flinkFrame, 'shop.Outer.call(Outer.java:2)'),
      'Caused by: java.lang.RuntimeException: mid',
      ...frames(userFrame),
      '\t... 7 more',
      'Caused by: java.net.ConnectException',
      ...frames('java.base/java.net.Socket.connect(Socket.java:5)'),
      '\t... 9 common frames omitted',
    ],
    {
      begin: 1,
      exception: 'org.apache.flink.util.FlinkException',
      rootCause: 'java.net.ConnectException',
      frame: userFrame,
    },
  ],
  [
    'suppressed exceptions and their causes aside',
    1,
    [
      'failed',
      'java.lang.RuntimeException: out',
      ...frames(flinkFrame),
      '\tSuppressed: java.io.IOException: close',
      '\t\tat shop.Sink.close(Sink.java:9)',
      '\tCaused by: java.lang.Error: deep',
      '\t\tat shop.Sink.flush(Sink.java:8)',
      'Caused by: java.lang.IllegalArgumentException: in',
      ...frames(userFrame),
    ],
    {
      begin: 1,
      exception: 'java.lang.RuntimeException',
      rootCause: 'java.lang.IllegalArgumentException',
      frame: userFrame,
    },
  ],
  [
    'a circular reference',
    1,
    [
      'failed',
      'java.lang.RuntimeException: a',
      ...frames(flinkFrame),
      'Caused by: [CIRCULAR REFERENCE: java.lang.RuntimeException: a]',
    ],
    { begin: 1, exception: 'java.lang.RuntimeException', rootCause: 'java.lang.RuntimeException' },
  ],
  [
    'the root first, as %rEx prints it',
    1,
    [
      'failed',
      'java.io.EOFException: in',
      ...frames(userFrame),
      'Wrapped by: java.lang.RuntimeException: out',
      ...frames(flinkFrame),
    ],
    {
      begin: 1,
      exception: 'java.lang.RuntimeException',
      rootCause: 'java.io.EOFException',
      frame: userFrame,
    },
  ],
  [
    'an exception without frames',
    1,
    [
      'Encountered error',
      'org.apache.flink.shaded.netty4.io.netty.channel.unix.Errors$NativeIoException: recvAddress(..) failed',
    ],
    {
      begin: 1,
      exception: 'org.apache.flink.shaded.netty4.io.netty.channel.unix.Errors$NativeIoException',
      rootCause: 'org.apache.flink.shaded.netty4.io.netty.channel.unix.Errors$NativeIoException',
    },
  ],
  [
    'an exception whose name says nothing',
    1,
    ['failed', 'shop.Rejected: order 5', ...frames(flinkFrame)],
    { begin: 1, exception: 'shop.Rejected', rootCause: 'shop.Rejected' },
  ],
  [
    'no exception in a class at the beginning of prose',
    1,
    ['Loaded', 'org.apache.flink.Foo: fine', 'yes'],
    undefined,
  ],
  [
    'an exception at the end of the message',
    1,
    ['Could not start: java.lang.RuntimeException: no', ...frames(userFrame)],
    {
      begin: 1,
      exception: 'java.lang.RuntimeException',
      rootCause: 'java.lang.RuntimeException',
      frame: userFrame,
    },
  ],
  [
    'an uncaught exception without a log line',
    0,
    ['Exception in thread "main" java.lang.NoClassDefFoundError: a/B', ...frames(userFrame)],
    {
      begin: 0,
      exception: 'java.lang.NoClassDefFoundError',
      rootCause: 'java.lang.NoClassDefFoundError',
      frame: userFrame,
    },
  ],
  [
    'where a task hangs',
    1,
    [
      "Task 'Render (1/2)#0' did not react to cancelling signal - interrupting; it is stuck for 30 seconds in method:",
      ' java.base@17.0.15/jdk.internal.misc.Unsafe.park(Native Method)',
      'lab.Behaviour.onRecord(Behaviour.java:78)',
      'app//org.apache.flink.streaming.runtime.io.RecordProcessorUtils$$Lambda$887/0x00007f664c664cf8.accept(Unknown Source)',
    ],
    { begin: 1, frame: 'lab.Behaviour.onRecord(Behaviour.java:78)' },
  ],
  [
    'code that the planner generated aside',
    1,
    [
      'failed',
      'java.lang.NullPointerException',
      ...frames('StreamExecCalc$12.processElement(Unknown Source)'),
    ],
    {
      begin: 1,
      exception: 'java.lang.NullPointerException',
      rootCause: 'java.lang.NullPointerException',
    },
  ],
  [
    'a Python traceback',
    0,
    [
      'Traceback (most recent call last):',
      '  File "/opt/job.py", line 7, in main',
      '    parse(x)',
      '  File "/usr/lib/python3.10/json/decoder.py", line 355, in raw_decode',
      '    raise JSONDecodeError("Expecting value", s, err.value) from None',
      'json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)',
    ],
    {
      begin: 0,
      exception: 'json.decoder.JSONDecodeError',
      rootCause: 'json.decoder.JSONDecodeError',
      frame: 'main (/opt/job.py:7)',
    },
  ],
  [
    'chained Python tracebacks',
    1,
    [
      'Error in worker',
      'Traceback (most recent call last):',
      '  File "/opt/job.py", line 7, in inner',
      'KeyError: 5',
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      'Traceback (most recent call last):',
      '  File "/opt/job.py", line 9, in outer',
      'ValueError',
    ],
    { begin: 1, exception: 'ValueError', rootCause: 'KeyError', frame: 'inner (/opt/job.py:7)' },
  ],
  [
    'a traceback inside a Java exception',
    1,
    [
      'switched from RUNNING to FAILED with failure cause:',
      'java.lang.RuntimeException: Failed to close remote bundle',
      ...frames(flinkFrame),
      'Caused by: java.lang.RuntimeException: Error received from SDK harness for instruction 1: Traceback (most recent call last):',
      '  File "/usr/lib/python3.8/site-packages/apache_beam/runners/worker/sdk_worker.py", line 289, in _execute',
      '    response = task()',
      '  File "/opt/udf.py", line 3, in score',
      'ZeroDivisionError: division by zero',
      '',
      ...frames('org.apache.beam.X.y(X.java:1)'),
      '\t... 3 more',
    ],
    {
      begin: 1,
      exception: 'java.lang.RuntimeException',
      rootCause: 'ZeroDivisionError',
      frame: 'score (/opt/udf.py:3)',
    },
  ],
])('a trace is %s', (_, from, lines, expected) => {
  expect(traceOf(lines, from)).toEqual(expected)
})
