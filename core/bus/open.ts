import type { Bus, BusDeps } from './bus.ts'
import type { BusConfig } from './config.ts'
import { openEmbedded } from './embedded.ts'

/** Opens the bus that the configuration names. Never waits for a broker: see `Bus.publish`. */
export async function openBus(config: BusConfig, deps: BusDeps): Promise<Bus> {
  switch (config.kind) {
    case 'embedded':
      return openEmbedded(config, deps)
    case 'kafka': {
      // Loaded only when used, as most installations and all agents run without it.
      const { openKafka } = await import('./kafka.ts')
      return openKafka(config, deps)
    }
  }
}
