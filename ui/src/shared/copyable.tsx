import { useState } from 'preact/hooks'
import { t } from '../i18n/t.ts'

/** Text to take along, as it is. */
export function Copyable({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <div class="patch">
      <span class="acts">
        <button type="button" class="btn" onClick={() => void copy()}>
          {copied ? t('copied') : t('copy')}
        </button>
      </span>
      <pre>{text}</pre>
    </div>
  )
}
