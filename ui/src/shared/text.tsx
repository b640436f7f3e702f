import { t } from '../i18n/t.ts'

/**
 * Text from outside, shown as text: control and direction characters become visible chips, what is
 * long is cut and counted, the whole of it stands in the tooltip.
 */
export function Text({ value, max = 400 }: { readonly value: string; readonly max?: number }) {
  const cut = value.length > max
  const shown = cut ? value.slice(0, max) : value
  return (
    <span title={cut ? value.slice(0, 2000) : undefined}>
      {piecesOf(shown).map((piece) =>
        piece.control ? <span class="chipchar">{piece.text}</span> : piece.text,
      )}
      {cut ? <span class="quiet">… {t('cut', { count: value.length })}</span> : null}
    </span>
  )
}

/** Cuts a text at its control (Cc) and format (Cf: bidi overrides, zero width) characters. */
export function piecesOf(
  text: string,
): readonly { readonly text: string; readonly control: boolean }[] {
  return text
    .split(/([\p{Cc}\p{Cf}])/u)
    .flatMap((piece, index): { text: string; control: boolean }[] => {
      if (piece === '') return []
      if (index % 2 === 0) return [{ text: piece, control: false }]
      const code = (piece.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      return [{ text: `U+${code}`, control: true }]
    })
}
