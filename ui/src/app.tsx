import { lazy, Suspense } from 'preact/compat'
import { FleetPage } from './fleet/fleet-page.tsx'
import { Patterns } from './shared/patterns.tsx'
import { KeySheet } from './shell/key-sheet.tsx'
import { Topbar } from './shell/topbar.tsx'
import { jobOfPath, path } from './state/url.ts'

// ECharts and the graph layout are only needed there: the fleet opens without them.
const JobPage = lazy(() => import('./job/job-page.tsx'))

export function App() {
  const job = jobOfPath(path.value)
  return (
    <>
      <Topbar />
      <Patterns />
      {job === undefined ? (
        <FleetPage />
      ) : (
        <Suspense fallback={<main class="quiet">…</main>}>
          <JobPage key={job} job={job} />
        </Suspense>
      )}
      <KeySheet />
    </>
  )
}
