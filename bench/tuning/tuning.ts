import { type Run, runScenario, TOOLS } from './run.ts'
import { scenarios } from './scenarios.ts'

/** Every scenario with every tool and seed. */
export function tuningRuns(options: {
  readonly seeds: number
  readonly only?: readonly string[] | undefined
  readonly minutes?: number | undefined
}): readonly Run[] {
  const chosen = scenarios.filter(
    ({ id }) => options.only === undefined || options.only.includes(id),
  )
  return chosen.flatMap((scenario) =>
    Array.from({ length: options.seeds }, (_, seed) =>
      TOOLS.map((tool) =>
        runScenario(scenario, tool, seed + 1, options.minutes ?? scenario.minutes),
      ),
    ).flat(),
  )
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? Number.NaN : values.reduce((a, b) => a + b, 0) / values.length

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]
}

const percent = (share: number) => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`)

/** One row per scenario and tool: means over the seeds. */
export function tuningRows(runs: readonly Run[]): readonly Readonly<Record<string, string>>[] {
  return scenarios.flatMap(({ id, title }) =>
    TOOLS.flatMap((tool) => {
      const of = runs.filter((run) => run.scenario === id && run.tool === tool)
      if (of.length === 0) return []
      const right = of.flatMap(({ rightAfter }) => rightAfter ?? [])
      const causes = of.flatMap(({ causeNamed }) => causeNamed ?? [])
      return [
        {
          scenario: `${id} ${title}`,
          tool,
          'within 10 s': percent(mean(of.map(({ slo }) => slo))),
          over: percent(mean(of.map(({ over }) => over))),
          under: percent(mean(of.map(({ under }) => under))),
          steps: mean(of.map(({ steps }) => steps)).toFixed(1),
          'right after': right.length === 0 ? '–' : `${median(right)} s`,
          'false steps': mean(of.map(({ falseSteps }) => falseSteps)).toFixed(1),
          missed: percent(mean(of.map(({ missed }) => (missed ? 1 : 0)))),
          cause: causes.length === 0 || tool !== 'weir' ? '–' : percent(mean(causes.map(Number))),
          'at the end': of[0]?.finalSizes ?? '',
        },
      ]
    }),
  )
}

/** One row per tool over all scenarios. */
export function tuningSummary(runs: readonly Run[]): readonly Readonly<Record<string, string>>[] {
  return TOOLS.map((tool) => {
    const of = runs.filter((run) => run.tool === tool)
    // Where a cause is the answer nobody heals it here, so no size keeps the promise.
    const sized = of.filter(({ causeNamed }) => causeNamed === null)
    const needed = of.filter(({ missed, rightAfter }) => missed || rightAfter !== null)
    const right = needed.flatMap(({ rightAfter }) => rightAfter ?? [])
    const causes = of.flatMap(({ causeNamed }) => causeNamed ?? [])
    const proposals = of.reduce(
      (sum, run) => sum + (run.causeNamed === null ? run.proposals : 0),
      0,
    )
    const held = of.reduce((sum, run) => sum + run.held, 0)
    const kept = of.reduce((sum, run) => sum + run.kept, 0)
    const judged = of.reduce((sum, run) => sum + run.kept + run.broken, 0)
    return {
      tool,
      'within 10 s': percent(mean(sized.map(({ slo }) => slo))),
      over: percent(mean(of.map(({ over }) => over))),
      under: percent(mean(sized.map(({ under }) => under))),
      'steps where one was needed': String(median(needed.map(({ steps }) => steps)) ?? '–'),
      'right after (median)': right.length === 0 ? '–' : `${median(right)} s`,
      'runs with a false step': percent(mean(of.map(({ falseSteps }) => (falseSteps > 0 ? 1 : 0)))),
      missed: percent(mean(needed.map(({ missed }) => (missed ? 1 : 0)))),
      'cause named': tool === 'weir' ? percent(mean(causes.map(Number))) : 'names none',
      'predictions kept': judged === 0 ? 'makes none' : `${kept} of ${judged}`,
      'interval holds': proposals === 0 ? 'gives none' : percent(held / proposals),
    }
  })
}
