import { lazy, Suspense } from 'preact/compat'
import { FleetPage } from './fleet/fleet-page.tsx'
import { Patterns } from './shared/patterns.tsx'
import { FleetRecordingBanner } from './shared/recording-banner.tsx'
import { KeySheet } from './shell/key-sheet.tsx'
import { Topbar } from './shell/topbar.tsx'
import { ALERTS, jobOfPath, PIPELINE, path } from './state/url.ts'

// ECharts and the graph layout are only needed on some: the fleet opens without them.
const AlertsPage = lazy(() => import('./alerts/alerts-page.tsx'))
const JobPage = lazy(() => import('./job/job-page.tsx'))
const LogsPage = lazy(() => import('./logs/logs-page.tsx'))
const PipelinePage = lazy(() => import('./pipeline/pipeline-page.tsx'))

/** Pages that are about no job, by their path. */
const others: Readonly<Record<string, typeof AlertsPage>> = {
  [ALERTS]: AlertsPage,
  [PIPELINE]: PipelinePage,
}

export function App() {
  return (
    <>
      <Topbar />
      <Patterns />
      <Suspense fallback={<main class="quiet">…</main>}>
        <Page />
      </Suspense>
      <KeySheet />
    </>
  )
}

function Page() {
  const at = jobOfPath(path.value)
  if (at?.page === 'logs') return <LogsPage key={at.job} job={at.job} />
  if (at) return <JobPage key={at.job} job={at.job} />
  const Other = others[path.value]
  if (!Other) return <FleetPage />
  return (
    <>
      <FleetRecordingBanner />
      <Other />
    </>
  )
}
