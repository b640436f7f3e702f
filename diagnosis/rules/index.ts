import type { Rule } from '../engine/rule.ts'
import { blockingCall } from './blocking-call.ts'
import { checkpointExpired } from './checkpoint-expired.ts'
import { dataSkew } from './data-skew.ts'
import { gcPressure } from './gc-pressure.ts'
import { jobFailed } from './job-failed.ts'
import { restartLoop } from './restart-loop.ts'
import { slowSink } from './slow-sink.ts'
import { taskmanagerLost } from './taskmanager-lost.ts'
import { underProvisioned } from './under-provisioned.ts'

/** The catalogue, by hand: state first, then what failed, then flow and memory. */
export const rules: readonly Rule[] = [
  jobFailed,
  restartLoop,
  taskmanagerLost,
  checkpointExpired,
  underProvisioned,
  blockingCall,
  slowSink,
  dataSkew,
  gcPressure,
]
