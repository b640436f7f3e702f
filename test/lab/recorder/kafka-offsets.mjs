// Entries {src: "kafka", topic, group, end, committed}: offsets by partition, from the broker.
import { kafkaClient } from '../kafka.mjs'

export async function watchKafka(line, topics, put) {
  const admin = kafkaClient(line, 'lab-recorder').admin()
  await admin.connect()
  const byPartition = (list) => list.sort((a, b) => a.partition - b.partition)
  const offsets = (list) => byPartition(list).map(({ offset }) => Number(offset))
  return {
    async poll() {
      for (const { topic, group } of topics) {
        try {
          const end = await admin.fetchTopicOffsets(topic)
          const [answer] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
          const committed = offsets(answer?.partitions ?? [])
          put({ src: 'kafka', topic, group, end: offsets(end), committed })
        } catch (error) {
          put({ src: 'kafka', topic, group, error: String(error.message).slice(0, 200) })
        }
      }
    },
    stop: () => admin.disconnect().catch(() => undefined),
  }
}
