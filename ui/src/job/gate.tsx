import { useEffect } from 'preact/hooks'
import type { GateAnswer } from '../../../core/api/gate.ts'
import { clockTime, duration, score } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Copyable } from '../shared/copyable.tsx'
import { Text } from '../shared/text.tsx'
import { me, readMe } from '../state/me.ts'

interface Props {
  /** Percent-encoded, as in the path. */
  readonly job: string
  readonly answer: GateAnswer | undefined
}

const words = {
  pass: ['gatePass', 'ok'],
  fail: ['gateFail', 'crit'],
  unknown: ['gateUnknown', 'unknown'],
} as const

/** What a platform would be answered now if it asked whether to go on, why, and how to ask. */
export function Gate({ job, answer }: Props) {
  useEffect(readMe, [])
  return (
    <section class="panel" id="gate" aria-label={t('gate')}>
      <header>
        <h2>{t('gate')}</h2>
        <span class="sub">{t('gateHint')}</span>
      </header>
      <div class="body cols two">
        {answer ? <Answer answer={answer} /> : <p class="quiet">{t('gateAway')}</p>}
        <div class="stack">
          <Copyable text={questions(job, (me.value?.name ?? 'anyone') !== 'anyone')} />
        </div>
      </div>
    </section>
  )
}

function Answer({
  answer: { answer, reasons, score: held, minScore, forMs, at },
}: {
  readonly answer: GateAnswer
}) {
  const [word, tone] = words[answer]
  return (
    <div class="stack">
      <p class="row base">
        <span class={`chip ${tone}`}>{t(word)}</span>
        <span class="quiet small">
          {t('gateAsked', {
            score: score(held),
            min: score(minScore),
            time: duration(forMs),
            at: clockTime(at, true),
          })}
        </span>
      </p>
      <ul class="stack">
        {reasons.map((reason, index) => (
          <li class={index === 0 ? 'strong' : 'second'}>
            <Text value={reason} max={600} />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The same question from a shell. A job's name is hostile: it stays percent-encoded and in quotes. */
export function questions(job: string, wantsToken: boolean, origin = location.origin): string {
  const path = job.replaceAll("'", '%27')
  const token = wantsToken ? ' -H "Authorization: Bearer $WEIR_TOKEN"' : ''
  return [
    `# 200 ${t('gatePass')}, 412 ${t('gateFail')}, 503 ${t('gateUnknown')}`,
    `curl -sS -i${token} '${origin}/api/v1/jobs/${path}/gate?minScore=8&for=60s'`,
    `# ${t('gateWaits')}`,
    `weir gate '${path}' --server ${origin} --min-score 8 --for 60s`,
  ].join('\n')
}
