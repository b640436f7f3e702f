import type { LogNodesPage, LogPage, NodeWord } from '../../../core/api/public-logs.ts'
import { clockTime } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Text } from '../shared/text.tsx'
import { setQuery } from '../state/url.ts'

const SHOWN = 3

interface Props {
  readonly page: LogPage
  readonly nodes: LogNodesPage | undefined
}

/** Where the lines come from when it is not the store, and what of them only nodes have. */
export function NodesNote({ page, nodes }: Props) {
  if (page.source === 'nodes') {
    return (
      <div class="callout warn">
        {page.because !== undefined && `${page.because} `}
        {t('linesOfNodes', { count: page.nodes?.length ?? 0 })}
        <Silent nodes={page.nodes ?? []} />{' '}
        {page.because === undefined && (
          <button type="button" class="btn bare" onClick={() => setQuery({ src: undefined })}>
            {t('readStore')}
          </button>
        )}
      </div>
    )
  }
  const lacking = nodes?.lacking ?? []
  const [newest] = lacking
  if (!newest) return null
  const span = `${Math.min(...lacking.map(({ from }) => from))}-${newest.to + 1}`
  return (
    <div class="callout warn">
      {t('storeLacks')}{' '}
      {lacking.slice(0, SHOWN).map(({ node, pod, from, to }) => (
        <span key={`${pod} ${from}`}>
          <Text value={pod} max={80} /> {clockTime(from, true)}–{clockTime(to, true)} (
          <Text value={node} max={80} />){' '}
        </span>
      ))}
      {lacking.length > SHOWN && `… ${t('moreStretches', { count: lacking.length - SHOWN })} `}
      <button type="button" class="btn bare" onClick={() => setQuery({ src: 'nodes', span })}>
        {t('readNodes')}
      </button>
      <Silent nodes={nodes?.nodes ?? []} />
    </div>
  )
}

/** Nodes that did not say all that they have. */
function Silent({ nodes }: { readonly nodes: readonly NodeWord[] }) {
  const silent = nodes.filter(({ state }) => state !== 'answered')
  return (
    <>
      {silent.slice(0, SHOWN).map(({ node, detail = '' }) => (
        <span key={node} class="quiet">
          {' '}
          <Text value={node} max={80} />: <Text value={detail} max={200} />
        </span>
      ))}
    </>
  )
}
