import type { LogPlace } from '../../../core/model/logs.ts'
import { linkTo } from '../state/url.ts'
import { placeText } from './logs-state.ts'

const AROUND_MS = 450_000

/** The page of the logs with a line's surroundings open, and the quarter of an hour around it; `job` is percent-encoded. */
export function linkToLine(job: string, place: LogPlace): string {
  const { at } = place
  const to = linkTo(`/jobs/${job}/logs`)
  const query = new URLSearchParams({
    ...{ line: placeText(place), span: `${at - AROUND_MS}-${at + AROUND_MS}` },
  })
  return `${to}${to.includes('?') ? '&' : '?'}${query}`
}
