import { useEffect, useState } from 'preact/hooks'
import type { LogContext, LogPage } from '../../../core/api/public-logs.ts'
import type { LogPlace, StoredLine } from '../../../core/model/logs.ts'
import { t } from '../i18n/t.ts'
import { query, setQuery } from '../state/url.ts'
import { LineRow } from './line-row.tsx'
import { placeOf, placeText, type Question, readContext, readOlder, wrapped } from './logs-state.ts'

interface LinesProps {
  readonly job: string
  readonly question: Question
  readonly page: LogPage
}

/** The lines that were asked for, newest first, older ones on demand; a line opens what stood around it. */
export function Lines({ job, question, page }: LinesProps) {
  const [older, setOlder] = useState<readonly LogPage[]>([])
  const [trouble, setTrouble] = useState('')
  const asked = JSON.stringify(question)
  useEffect(() => setOlder([]), [asked])
  const pages = [page, ...older]
  const next = pages.at(-1)?.next ?? null
  const known = new Set<string>()
  const lines = pages
    .flatMap(({ items }) => items)
    .filter((line) => {
      const key = placeText(line)
      return known.has(key) ? false : known.add(key)
    })
  const open = placeOf(query.value.get('line'))
  const more = async () => {
    if (next === null) return
    try {
      setOlder([...older, await readOlder(job, question, next)])
      setTrouble('')
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <section class="panel" style="overflow:hidden" aria-label={t('lines')}>
      <header>
        <h2>{t('lines')}</h2>
        <span class="sub">{t('linesHint')}</span>
      </header>
      {open && <Context job={job} place={open} fromNodes={page.source === 'nodes'} />}
      <div class={wrapped.value ? 'log' : 'log nowrap'} style="padding:6px 0">
        {lines.length === 0 ? (
          <p class="quiet" style="padding:10px 16px">
            {question.q === '' ? t('noLines') : t('noLinesFor', { query: question.q })}
          </p>
        ) : (
          lines.map((line) => <Row key={placeText(line)} line={line} />)
        )}
      </div>
      {next !== null && (
        <div style="padding:6px 16px 12px">
          <button type="button" class="btn" onClick={() => void more()}>
            {t('olderLines')}
          </button>{' '}
          <span class="t-crit">{trouble}</span>
        </div>
      )}
    </section>
  )
}

function Row({ line, focused = false }: { readonly line: StoredLine; readonly focused?: boolean }) {
  const open = () => setQuery({ line: placeText(line) })
  const copy = () => {
    open()
    void navigator.clipboard?.writeText(location.href)
  }
  return <LineRow line={line} focused={focused} onOpen={open} onCopy={copy} />
}

interface ContextProps {
  readonly job: string
  readonly place: LogPlace
  readonly fromNodes: boolean
}

function Context({ job, place, fromNodes }: ContextProps) {
  const [context, setContext] = useState<LogContext | string>()
  const text = placeText(place)
  useEffect(() => {
    const wanted = placeOf(text)
    if (!wanted) return
    setContext(undefined)
    readContext(job, wanted, fromNodes).then(setContext, (error: unknown) =>
      setContext(error instanceof Error ? error.message : String(error)),
    )
  }, [job, text, fromNodes])
  return (
    <div class="context">
      <div class="row" style="padding:6px 16px">
        <h3>{t('context')}</h3>
        <button type="button" class="btn bare push" onClick={() => setQuery({ line: undefined })}>
          {t('keyClose')}
        </button>
      </div>
      {context === undefined && <p class="quiet">{t('loading')}</p>}
      {typeof context === 'string' && <p class="t-crit">{context}</p>}
      {typeof context === 'object' && (
        <div class="log">
          {!context.found && <p class="quiet">{t('lineGone')}</p>}
          {context.items.map((line) => (
            <Row key={placeText(line)} line={line} focused={placeText(line) === text} />
          ))}
        </div>
      )}
    </div>
  )
}
