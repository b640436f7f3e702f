/** Hatching for the unknown and combing for backpressure, used by every drawing of the page. */
export function Patterns() {
  return (
    <svg width="0" height="0" style="position:absolute" aria-hidden="true">
      <defs>
        <pattern
          id="hatch"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="6" height="6" fill="var(--unknown-soft)" />
          <path d="M0 0V6" stroke="var(--unknown)" stroke-width="1.3" opacity=".75" />
        </pattern>
      </defs>
    </svg>
  )
}
