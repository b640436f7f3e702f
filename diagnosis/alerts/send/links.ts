import type { Told } from '../notice.ts'

export const UNHEARD = 'Nothing was heard of it for long; whether it is well is not known.'

/** The job's page; '' where nobody said where the page is. */
export function linkTo({ job }: Pick<Told, 'job'>, pageUrl: string | undefined): string {
  return pageUrl === undefined || job === '' ? '' : `${pageUrl.replace(/\/+$/, '')}/jobs/${job}`
}
