import { lazy, Suspense } from 'preact/compat'
import { FleetPage } from './fleet/fleet-page.tsx'
import { Patterns } from './shared/patterns.tsx'
import { KeySheet } from './shell/key-sheet.tsx'
import { Topbar } from './shell/topbar.tsx'
import { jobOfPath, path } from './state/url.ts'

// ECharts and the graph layout are only needed there: the fleet opens without them.
const JobPage = lazy(() => import('./job/job-page.tsx'))
const LogsPage = lazy(() => import('./logs/logs-page.tsx'))
const PipelinePage = lazy(() => import('./pipeline/pipeline-page.tsx'))

export function App() {
  const at = jobOfPath(path.value)
  return (
    <>
      <Topbar />
      <Patterns />
      {at === undefined && path.value !== '/pipeline' ? (
        <FleetPage />
      ) : (
        <Suspense fallback={<main class="quiet">…</main>}>
          {at === undefined ? (
            <PipelinePage />
          ) : at.page === 'logs' ? (
            <LogsPage key={at.job} job={at.job} />
          ) : (
            <JobPage key={at.job} job={at.job} />
          )}
        </Suspense>
      )}
      <KeySheet />
    </>
  )
}
