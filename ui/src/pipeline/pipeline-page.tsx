import { useEffect } from 'preact/hooks'
import type { PipelinePage as Pipeline } from '../../../core/api/pipeline.ts'
import { getJson } from '../api/fetch.ts'
import { poller } from '../api/poller.ts'
import { bytes, clockTime, duration, percent, rate, UNKNOWN } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Text } from '../shared/text.tsx'

const look = poller((signal) => getJson<Pipeline>('/api/v1/pipeline', signal), 15_000)

/** How Weir itself fares: its parts, what went missing on the road, what the store holds. */
export default function PipelinePage() {
  useEffect(() => look.start(), [])
  useEffect(() => {
    document.title = `${t('pipeline')} · Weir`
  }, [])
  const loaded = look.state.value
  if (loaded.state === 'loading') return <main class="quiet">{t('loading')}</main>
  if (loaded.state === 'failed') {
    return (
      <main>
        <div class="callout crit">{t('apiAwayFirst', { reason: loaded.reason })}</div>
      </main>
    )
  }
  const page = loaded.value
  return (
    <main>
      <h1 class="sr">{t('pipeline')}</h1>
      {loaded.trouble === undefined ? null : (
        <div class="callout warn">
          {t('apiAway', { reason: loaded.trouble, age: duration(Date.now() - loaded.at) })}
        </div>
      )}
      <p class="second">
        <Text value={page.sentence} />
      </p>
      <Parts page={page} />
      <Losses page={page} />
      <Stored page={page} />
    </main>
  )
}

function Parts({ page }: { readonly page: Pipeline }) {
  return (
    <section class="panel">
      <header>
        <h2>{t('parts')}</h2>
        <span class="quiet small">{t('partsHint')}</span>
      </header>
      <table class="grid">
        <thead>
          <tr>
            <th>{t('part')}</th>
            <th>{t('heard')}</th>
            <th class="num">{t('batchRate')}</th>
            <th class="num">{t('waiting')}</th>
            <th class="num">{t('partCpu')}</th>
            <th class="num">{t('memory')}</th>
          </tr>
        </thead>
        <tbody>
          {page.parts.map((part) => (
            <tr key={`${part.part}/${part.instance}`}>
              <td>
                <b>{part.part}</b> <Text value={part.instance} max={80} />
              </td>
              <td>
                {part.state === 'silent' ? <b>{t('silent')}, </b> : null}
                {t('ago', { age: duration(page.at - part.heardAt) })}
              </td>
              <td class="num">{rate(part.batchesPerSecond)}</td>
              <td class="num">
                {part.waitingBatches ?? UNKNOWN}
                {part.waitingBytes === null ? '' : `, ${bytes(part.waitingBytes)}`}
              </td>
              <td class="num">{percent(part.cpuShare)}</td>
              <td class="num">{part.rssBytes === null ? UNKNOWN : bytes(part.rssBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Losses({ page }: { readonly page: Pipeline }) {
  const since = clockTime(page.from)
  const isEmpty = page.losses.length + page.crowded.length + page.parked.length === 0
  return (
    <section class="panel">
      <header>
        <h2>{t('losses')}</h2>
        <span class="quiet small">{t('lossesSince', { time: since })}</span>
      </header>
      <div class="body stack">
        {isEmpty ? <p class="quiet">{t('noLosses')}</p> : null}
        {page.losses.map((loss) => (
          <div
            class="callout warn"
            key={`${loss.part}/${loss.instance}/${loss.metric}/${loss.reason}`}
          >
            <b>
              {loss.part} <Text value={loss.instance} max={80} />
            </b>{' '}
            <Text value={loss.message.text} />
          </div>
        ))}
        {page.crowded.map(({ owner, samples }) => (
          <p key={owner}>
            <Text value={owner} max={120} />{' '}
            <span class="quiet">{t('crowded', { count: samples.toLocaleString('en') })}</span>
          </p>
        ))}
        {page.parked.map(({ at, topic, agent, reason }) => (
          <p key={`${at}${agent}${reason}`}>
            <span class="quiet">
              {clockTime(at)} {topic} <Text value={agent} max={80} />
            </span>{' '}
            <Text value={reason} />
          </p>
        ))}
      </div>
    </section>
  )
}

function Stored({ page }: { readonly page: Pipeline }) {
  const { tables, newestSampleAt } = page.store
  return (
    <section class="panel">
      <header>
        <h2>{t('stored')}</h2>
        <span class="quiet small">
          {newestSampleAt === null
            ? t('noSampleStored')
            : t('newestSample', { age: duration(Math.max(0, page.at - newestSampleAt)) })}
        </span>
      </header>
      <table class="grid">
        <thead>
          <tr>
            <th>{t('storeTable')}</th>
            <th class="num">{t('rows')}</th>
            <th class="num">{t('size')}</th>
            <th class="num">{t('bytesPerRow')}</th>
          </tr>
        </thead>
        <tbody>
          {tables.map(({ table, rows, bytes: size }) => (
            <tr key={table}>
              <td class="mono">{table}</td>
              <td class="num">{rows.toLocaleString('en')}</td>
              <td class="num">{bytes(size)}</td>
              <td class="num">{(size / rows).toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
