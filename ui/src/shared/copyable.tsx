import { useState } from 'preact/hooks'
import { t } from '../i18n/t.ts'

interface Props {
  readonly text: string
  /** Stands above the text and is not taken along. */
  readonly comment?: string
  /** What the page wants one to do next. */
  readonly isMain?: boolean
}

/** Text to take along, as it is. */
export function Copyable({ text, comment, isMain = false }: Props) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <div class="patch">
      <span class="acts">
        <button type="button" class={`btn${isMain ? ' solid' : ''}`} onClick={() => void copy()}>
          {copied ? t('copied') : t('copy')}
        </button>
      </span>
      <pre>
        {comment === undefined ? null : <span class="com">{`${comment}\n`}</span>}
        {text}
      </pre>
    </div>
  )
}
