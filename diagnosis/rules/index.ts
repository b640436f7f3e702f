import type { Rule } from '../engine/rule.ts'
import { asyncCapacity } from './async-capacity.ts'
import { blockingCall } from './blocking-call.ts'
import { brokerUnreachable } from './broker-unreachable.ts'
import { catchingUp } from './catching-up.ts'
import { checkpointAlignment } from './checkpoint-alignment.ts'
import { checkpointAsync } from './checkpoint-async.ts'
import { checkpointBackToBack } from './checkpoint-back-to-back.ts'
import { checkpointExpired } from './checkpoint-expired.ts'
import { checkpointStalled } from './checkpoint-stalled.ts'
import { checkpointStartDelay } from './checkpoint-start-delay.ts'
import { checkpointStorage } from './checkpoint-storage.ts'
import { checkpointSync } from './checkpoint-sync.ts'
import { checkpointingOff } from './checkpointing-off.ts'
import { classMissing } from './class-missing.ts'
import { commitBurst } from './commit-burst.ts'
import { cpuThrottled } from './cpu-throttled.ts'
import { crashLoop } from './crash-loop.ts'
import { dataSkew } from './data-skew.ts'
import { directOom } from './direct-oom.ts'
import { fragileTolerances } from './fragile-tolerances.ts'
import { gcPressure } from './gc-pressure.ts'
import { heapLeak } from './heap-leak.ts'
import { heapOom } from './heap-oom.ts'
import { heartbeatTimeout } from './heartbeat-timeout.ts'
import { idleSlots } from './idle-slots.ts'
import { idleSourceSubtasks } from './idle-source-subtasks.ts'
import { imagePull } from './image-pull.ts'
import { jobFailed } from './job-failed.ts'
import { jobmanagerFailover } from './jobmanager-failover.ts'
import { lagGrowing } from './lag-growing.ts'
import { lateRecords } from './late-records.ts'
import { loadImbalance } from './load-imbalance.ts'
import { maxParallelismTrap } from './max-parallelism-trap.ts'
import { memoryOverProvisioned } from './memory-over-provisioned.ts'
import { metaspaceLeak } from './metaspace-leak.ts'
import { networkBuffersInsufficient } from './network-buffers-insufficient.ts'
import { noHighAvailability } from './no-high-availability.ts'
import { noSlots } from './no-slots.ts'
import { noTraffic } from './no-traffic.ts'
import { oomKilled } from './oom-killed.ts'
import { overProvisioned } from './over-provisioned.ts'
import { overload } from './overload.ts'
import { poisonRecord } from './poison-record.ts'
import { registrationFailed } from './registration-failed.ts'
import { regressionAfterChange } from './regression-after-change.ts'
import { removedOption } from './removed-option.ts'
import { rescaleInsteadOfRebalance } from './rescale-instead-of-rebalance.ts'
import { restartLoop } from './restart-loop.ts'
import { slowInstance } from './slow-instance.ts'
import { slowSink } from './slow-sink.ts'
import { sourceLimited } from './source-limited.ts'
import { sourceSkew } from './source-skew.ts'
import { stateGrowth } from './state-growth.ts'
import { stuckTask } from './stuck-task.ts'
import { taskmanagerLost } from './taskmanager-lost.ts'
import { threadLeak } from './thread-leak.ts'
import { unalignedBloat } from './unaligned-bloat.ts'
import { underProvisioned } from './under-provisioned.ts'
import { unevenPartitions } from './uneven-partitions.ts'
import { unschedulable } from './unschedulable.ts'
import { watermarkBehind } from './watermark-behind.ts'
import { watermarkStalled } from './watermark-stalled.ts'

/** The catalogue, by hand: state first, then what failed, then flow and memory. */
export const rules: readonly Rule[] = [
  jobFailed,
  noSlots,
  unschedulable,
  imagePull,
  crashLoop,
  networkBuffersInsufficient,
  heapOom,
  oomKilled,
  poisonRecord,
  classMissing,
  metaspaceLeak,
  directOom,
  jobmanagerFailover,
  restartLoop,
  heartbeatTimeout,
  taskmanagerLost,
  registrationFailed,
  brokerUnreachable,
  checkpointStorage,
  checkpointExpired,
  checkpointSync,
  checkpointStartDelay,
  checkpointAlignment,
  checkpointAsync,
  checkpointStalled,
  checkpointBackToBack,
  unalignedBloat,
  commitBurst,
  stateGrowth,
  stuckTask,
  slowInstance,
  underProvisioned,
  blockingCall,
  asyncCapacity,
  slowSink,
  dataSkew,
  sourceSkew,
  unevenPartitions,
  sourceLimited,
  overload,
  lagGrowing,
  catchingUp,
  gcPressure,
  cpuThrottled,
  heapLeak,
  threadLeak,
  lateRecords,
  idleSourceSubtasks,
  watermarkStalled,
  watermarkBehind,
  noTraffic,
  overProvisioned,
  loadImbalance,
  idleSlots,
  rescaleInsteadOfRebalance,
  memoryOverProvisioned,
  checkpointingOff,
  noHighAvailability,
  maxParallelismTrap,
  fragileTolerances,
  removedOption,
  regressionAfterChange,
]
