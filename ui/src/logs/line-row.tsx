import { useState } from 'preact/hooks'
import type { StoredLine } from '../../../core/model/logs.ts'
import { t } from '../i18n/t.ts'
import { Text } from '../shared/text.tsx'
import { Level, Mark, weightOf } from './level.tsx'

const SHOWN_FRAMES = 4

export interface LineRowProps {
  readonly line: StoredLine
  readonly focused?: boolean
  readonly onOpen?: () => void
  readonly onCopy?: () => void
}

/** One line, its stack folded to the first frames. */
export function LineRow({ line: { at, pod, line }, focused, onOpen, onCopy }: LineRowProps) {
  const weight = weightOf(line.level)
  const tone = weight === 'info' ? '' : weight === 'error' ? ' error' : ' warn'
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a button cannot hold a grid of cells with marks. */}
      <div
        class={`l${tone}${focused ? ' focus' : ''}`}
        role="button"
        tabIndex={0}
        onClick={onOpen}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onOpen?.()
          if (event.key === 'c' && !event.ctrlKey && !event.metaKey) onCopy?.()
        }}
      >
        <span class="t" title={new Date(at).toISOString()}>
          {line.timed === 'read' ? '~' : ''}
          {new Date(at).toISOString().slice(11, 23)}
        </span>
        <Mark level={line.level} />
        <Level level={line.level} />
        <span class="src" title={[pod, line.logger, line.thread].filter(Boolean).join(' · ')}>
          <Text value={shortened(pod)} />
        </span>
        <span class="m">
          <Block lines={line.message.split('\n')} />
          {line.signature && <span class="chip line"> {line.signature}</span>}
          {line.cutBytes ? (
            <span class="quiet"> {t('lineCut', { bytes: line.cutBytes })}</span>
          ) : null}
        </span>
      </div>
      {line.stack === undefined ? null : <Stack text={line.stack} tone={tone} />}
    </>
  )
}

/** Line ends and tabs are what they are here; all else that does not show is made to. */
function Block({ lines }: { readonly lines: readonly string[] }) {
  return (
    <>
      {lines.map((line, index) => (
        <>
          {index > 0 && <br />}
          <Text value={line.replaceAll('\t', '    ')} max={2_000} />
        </>
      ))}
    </>
  )
}

const SHOWN_POD = 17

/** Names of pods differ at their ends. */
function shortened(pod: string): string {
  return pod.length <= SHOWN_POD ? pod : `…${pod.slice(1 - SHOWN_POD)}`
}

function Stack({ text, tone }: { readonly text: string; readonly tone: string }) {
  const [open, setOpen] = useState(false)
  const lines = text.split('\n')
  const shown = open ? lines : lines.slice(0, SHOWN_FRAMES)
  return (
    <div class={`l${tone}`} style="display:block;padding-left:135px">
      <div class="stack">
        <Block lines={shown} />
      </div>
      {lines.length > SHOWN_FRAMES && (
        <button type="button" class="btn bare" onClick={() => setOpen(!open)}>
          {open ? t('foldStack') : t('moreFrames', { count: lines.length - SHOWN_FRAMES })}
        </button>
      )}
    </div>
  )
}
