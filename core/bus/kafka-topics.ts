import kafkajs, { type Admin, type ITopicMetadata, type Kafka } from 'kafkajs'
import { messageOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { topics } from './bus.ts'
import type { KafkaBusConfig } from './config.ts'
import { topicName } from './kafka-client.ts'

/**
 * Creates the topics that do not exist, and says what is unsafe about those that do: they belong to whoever
 * made them and are left as they are.
 */
export async function prepareTopics(kafka: Kafka, config: KafkaBusConfig, log: Log): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const ours = topics.map((topic) => topicName(config, topic))
    const missing = ours.filter((name) => !existing.has(name))
    if (missing.length > 0) await createTopics(admin, config, missing, log)
    const given = ours.filter((name) => existing.has(name))
    if (given.length > 0) await checkTopics(admin, config, given, log)
  } finally {
    await admin.disconnect()
  }
}

async function createTopics(
  admin: Admin,
  { partitions, replicationFactor, retentionMs }: KafkaBusConfig,
  missing: readonly string[],
  log: Log,
): Promise<void> {
  const configEntries = [
    { name: 'min.insync.replicas', value: replicationFactor >= 3 ? '2' : '1' },
    { name: 'retention.ms', value: String(retentionMs) },
    // A broker's own default may cut by size what nobody has read.
    { name: 'retention.bytes', value: '-1' },
    { name: 'cleanup.policy', value: 'delete' },
  ]
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({
      ...{ topic, replicationFactor, configEntries },
      numPartitions: partitions,
    })),
  })
  log.info('Topics were created.', { topics: missing, partitions, replicationFactor })
}

async function checkTopics(
  admin: Admin,
  config: KafkaBusConfig,
  names: readonly string[],
  log: Log,
): Promise<void> {
  try {
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [...names] })
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    })
    for (const { resourceName: name, configEntries } of resources) {
      const topic = found.find((one) => one.name === name)
      const settings = new Map(configEntries.map((entry) => [entry.configName, entry.configValue]))
      const risks = topic ? risksOf(topic, settings, config) : []
      if (risks.length > 0)
        log.warn('A topic is not as safe as it should be.', { topic: name, risks })
    }
  } catch (error) {
    // The right to describe configurations is one that we need not have.
    log.info('The settings of our topics could not be read.', { reason: messageOf(error) })
  }
}

/** The largest batch and its key and headers. */
const LARGEST_MESSAGE_BYTES = 1_000_000

/** What may lose or refuse acknowledged batches, a sentence each with the setting to change. */
export function risksOf(
  topic: Pick<ITopicMetadata, 'partitions'>,
  settings: ReadonlyMap<string, string>,
  { partitions, retentionMs }: Pick<KafkaBusConfig, 'partitions' | 'retentionMs'>,
): readonly string[] {
  const number = (name: string) => {
    const text = settings.get(name)
    return text === undefined || text === '' ? undefined : Number(text)
  }
  const replicas = Math.min(...topic.partitions.map((one) => one.replicas.length))
  const inSync = number('min.insync.replicas') ?? 1
  const keptMs = number('retention.ms') ?? -1
  const keptBytes = number('retention.bytes') ?? -1
  const largest = number('max.message.bytes')
  const found: readonly (readonly [boolean, string])[] = [
    [
      replicas < 3,
      `It has ${replicas} replica(s); with fewer than 3 a broker's disk may take records with it.`,
    ],
    [
      replicas >= 2 && inSync < 2,
      'min.insync.replicas is 1, so a write is acknowledged that only one broker has; set it to 2.',
    ],
    [
      inSync >= replicas && replicas > 1,
      `min.insync.replicas is ${inSync} of ${replicas} replicas: nothing is taken while one broker is away.`,
    ],
    [
      keptMs >= 0 && keptMs < retentionMs,
      `retention.ms is ${keptMs}, less than bus.retentionMs ${retentionMs}: a store that is away for longer loses records.`,
    ],
    [
      keptBytes >= 0,
      `retention.bytes is ${keptBytes}: a store that is away loses records beyond it; set it to -1.`,
    ],
    [
      (settings.get('cleanup.policy') ?? 'delete').includes('compact'),
      'cleanup.policy compacts, which drops all but the newest batch of an agent; set it to delete.',
    ],
    [
      settings.get('unclean.leader.election.enable') === 'true',
      'unclean.leader.election.enable is true: a broker that is behind may become the leader, without what it lacks.',
    ],
    [
      largest !== undefined && largest < LARGEST_MESSAGE_BYTES,
      `max.message.bytes is ${largest}; batches have up to ${LARGEST_MESSAGE_BYTES}, and larger ones are refused.`,
    ],
    [
      topic.partitions.length < partitions,
      `It has ${topic.partitions.length} partitions, bus.partitions is ${partitions}: fewer writers can share the work.`,
    ],
  ]
  return found.flatMap(([isSo, sentence]) => (isSo ? sentence : []))
}
