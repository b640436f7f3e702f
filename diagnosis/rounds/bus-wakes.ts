import { Batch } from '../../core/api/batch.ts'
import type { Bus, BusRecord } from '../../core/bus/bus.ts'
import { type Happening, happeningsIn } from './wakes.ts'

/** Every diagnosis hears every event once, however many writers share the topic. */
const GROUP = 'weir-diagnosis'

/**
 * Tells what happens as soon as the bus carries it. The facts themselves come from the store, which
 * may be a moment behind.
 */
export async function wakeFromBus(
  bus: Bus,
  onEvents: (happenings: readonly Happening[]) => void,
): Promise<void> {
  await bus.subscribe('weir.events', GROUP, async (records) => {
    onEvents(records.flatMap(happeningsOf))
  })
}

/** What cannot be read is the writer's to put aside and to tell. */
function happeningsOf({ value }: BusRecord): readonly Happening[] {
  try {
    const batch = Batch.safeParse(JSON.parse(Buffer.from(value).toString('utf8')))
    return batch.success ? happeningsIn(batch.data) : []
  } catch {
    return []
  }
}
