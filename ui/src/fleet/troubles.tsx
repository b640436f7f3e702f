import type { TroubleSummary } from '../../../core/api/public.ts'
import { clockTime, duration } from '../format/numbers.ts'
import { type Key, t } from '../i18n/t.ts'
import { Sev } from '../shared/severity.tsx'
import { Text } from '../shared/text.tsx'
import { linkTo } from '../state/url.ts'

const kinds = {
  cluster: 'sharedCluster',
  node: 'sharedNode',
  store: 'sharedStore',
  broker: 'sharedBroker',
  image: 'sharedImage',
} as const satisfies Record<TroubleSummary['thing']['kind'], Key>

/** What is wrong with things that many jobs share: said once, before the rows of those jobs. */
export function Troubles({
  troubles,
  at,
}: {
  readonly troubles: readonly TroubleSummary[]
  readonly at: number
}) {
  return (
    <>
      {troubles.map((trouble) => (
        <Trouble key={`${trouble.thing.kind} ${trouble.thing.name}`} trouble={trouble} at={at} />
      ))}
    </>
  )
}

function Trouble({ trouble, at }: { readonly trouble: TroubleSummary; readonly at: number }) {
  const { thing, causes, severity, jobs, sharing, since, suggestion, examples } = trouble
  const more = jobs - examples.length
  return (
    <section class={`callout ${severity === 'crit' ? 'crit' : 'warn'}`} aria-label={t('troubles')}>
      <p>
        <Sev of={severity} /> <b>{t(kinds[thing.kind])}</b> <Text value={thing.name} max={200} />:{' '}
        {t('troubleJobs', { jobs, sharing })}{' '}
        {causes.map((cause) => (
          <span class="id" key={cause}>
            {cause}{' '}
          </span>
        ))}
        <span class="quiet">
          {t('since', { time: clockTime(since), age: duration(Math.max(0, at - since)) })}
        </span>
      </p>
      <p class="second">
        <Text value={suggestion} max={400} />
      </p>
      <p class="small">
        {examples.map((job) => (
          <span key={job}>
            <a href={linkTo(`/jobs/${job}`)}>
              <Text value={nameOf(job)} max={80} />
            </a>{' '}
          </span>
        ))}
        {more > 0 ? <span class="quiet">{t('andMore', { count: more })}</span> : null}
      </p>
    </section>
  )
}

/** The last part of a formatted JobRef; the parts are encoded by our own server. */
function nameOf(job: string): string {
  return decodeURIComponent(job.split('/').at(-1) ?? job)
}
