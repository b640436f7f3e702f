// Feeds the topics of a scenario from this process. Its knobs lie in the control file too:
// <topic>.rate (records/s), <topic>.weights "80:7:7:6" by partition and
// <topic>.burst "periodS:onS:rate".
import { getControl } from './control.mjs'
import { kafkaClient } from './kafka.mjs'
import { sleep, until } from './wait.mjs'

const TICK_MS = 100
const LARGEST_SEND = 2_000
const LARGEST_TICK = 20_000

/** Creates the topics empty, writes their backlog and goes on producing until `stop` is called. */
export async function startProducer(line, topics) {
  const client = kafkaClient(line, 'orders-service')
  await createEmpty(client.admin(), topics)
  const producer = client.producer()
  await producer.connect()
  const send = sender(producer)
  for (const topic of topics) {
    if (topic.backlog) await send(topic, topic.backlog, knobsOf(line, topic))
  }
  let producing = true
  const feeding = feed(line, topics, send, () => producing)
  return {
    async stop() {
      producing = false
      await feeding
      await producer.disconnect().catch(() => undefined)
    },
  }
}

/** Topics that an earlier run left behind are replaced; those of other programs stay. */
async function createEmpty(admin, topics) {
  await admin.connect()
  const names = topics.map(({ topic }) => topic)
  const left = async () => (await admin.listTopics()).filter((name) => names.includes(name))
  const old = await left()
  if (old.length > 0) {
    await admin.deleteTopics({ topics: old })
    await until('end of old topics', 20_000, async () => (await left()).length === 0)
  }
  await admin.createTopics({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: 1,
    })),
  })
  await admin.disconnect()
}

async function feed(line, topics, send, goOn) {
  const owed = new Map(topics.map(({ topic }) => [topic, 0]))
  let at = Date.now()
  while (goOn()) {
    await sleep(TICK_MS)
    const now = Date.now()
    for (const topic of topics) {
      const knobs = knobsOf(line, topic)
      const due = owed.get(topic.topic) + (rateAt(now, knobs) * (now - at)) / 1000
      const size = Math.floor(due)
      owed.set(topic.topic, due - size)
      // A broker that is down loses the records of this tick; that is the scenario.
      if (size > 0) await send(topic, Math.min(size, LARGEST_TICK), knobs).catch(() => undefined)
    }
    at = now
  }
}

function knobsOf(line, { topic, partitions }) {
  const knobs = getControl(line)
  return {
    rate: Number(knobs[`${topic}.rate`] ?? 0),
    burst: knobs[`${topic}.burst`]?.split(':').map(Number),
    weights: knobs[`${topic}.weights`]?.split(':').map(Number) ?? Array(partitions).fill(1),
  }
}

function rateAt(now, { rate, burst }) {
  if (burst === undefined) return rate
  const [period, on, burstRate] = burst
  return (now / 1000) % period < on ? burstRate : rate
}

function sender(producer) {
  let n = 0
  const message = (weights) => {
    n++
    const u = ((n * 2654435761) >>> 0) / 2 ** 32
    const key = `k-${(n * 7919) % 1000}`
    const value = `${n},${Date.now()},${key},${(u * 100).toFixed(2)},${'x'.repeat(40)}`
    return { partition: pick(weights, u), value }
  }
  return async ({ topic }, size, { weights }) => {
    const messages = Array.from({ length: size }, () => message(weights))
    for (let i = 0; i < size; i += LARGEST_SEND) {
      await producer.send({ topic, acks: 1, messages: messages.slice(i, i + LARGEST_SEND) })
    }
  }
}

/** The index into `weights` that a number between 0 and 1 falls on. */
function pick(weights, u) {
  let rest = u * weights.reduce((a, b) => a + b, 0)
  const index = weights.findIndex((weight) => {
    rest -= weight
    return rest < 0
  })
  return index < 0 ? weights.length - 1 : index
}
