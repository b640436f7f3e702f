// Entries {src: "prom", proc, status, ms, body | error}: one scrape of every process.
import { promUrls } from '../layout.mjs'
import { fetchText } from './fetch-text.mjs'

// Each Kafka client exports hundreds of metrics; these are the ones worth their size.
const KAFKA_CLIENT = /Kafka(Consumer|Producer)/
const KEPT = new RegExp(
  [
    'records_lag|records_consumed_rate|records_consumed_total|bytes_consumed_rate',
    'fetch_latency_avg|fetch_throttle_time_avg|commit_latency_avg|poll_idle_ratio_avg',
    'connection_count|currentOffset|committedOffset|commitsFailed|commitsSucceeded',
    'record_send_rate|record_error_rate|request_latency_avg|record_queue_time_avg',
  ].join('|'),
)

export async function scrape(line, put) {
  const scrapes = Object.entries(promUrls(line)).map(async ([proc, url]) => {
    const answer = await fetchText(url)
    if (answer.body) answer.body = withoutClientNoise(answer.body)
    put({ src: 'prom', proc, ...answer })
  })
  await Promise.all(scrapes)
}

function withoutClientNoise(body) {
  const lines = body.split('\n')
  return lines.filter((text) => !KAFKA_CLIENT.test(text) || KEPT.test(text)).join('\n')
}
