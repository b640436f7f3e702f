import type { Rule } from '../engine/rule.ts'
import { asyncCapacity } from './async-capacity.ts'
import { blockingCall } from './blocking-call.ts'
import { checkpointExpired } from './checkpoint-expired.ts'
import { checkpointStorage } from './checkpoint-storage.ts'
import { checkpointSync } from './checkpoint-sync.ts'
import { dataSkew } from './data-skew.ts'
import { gcPressure } from './gc-pressure.ts'
import { heapOom } from './heap-oom.ts'
import { jobFailed } from './job-failed.ts'
import { lateRecords } from './late-records.ts'
import { networkBuffersInsufficient } from './network-buffers-insufficient.ts'
import { noSlots } from './no-slots.ts'
import { restartLoop } from './restart-loop.ts'
import { slowInstance } from './slow-instance.ts'
import { slowSink } from './slow-sink.ts'
import { stuckTask } from './stuck-task.ts'
import { taskmanagerLost } from './taskmanager-lost.ts'
import { underProvisioned } from './under-provisioned.ts'
import { watermarkStalled } from './watermark-stalled.ts'

/** The catalogue, by hand: state first, then what failed, then flow and memory. */
export const rules: readonly Rule[] = [
  jobFailed,
  noSlots,
  networkBuffersInsufficient,
  heapOom,
  restartLoop,
  taskmanagerLost,
  checkpointStorage,
  checkpointExpired,
  checkpointSync,
  stuckTask,
  slowInstance,
  underProvisioned,
  blockingCall,
  asyncCapacity,
  slowSink,
  dataSkew,
  gcPressure,
  lateRecords,
  watermarkStalled,
]
