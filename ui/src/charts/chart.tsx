import { LineChart } from 'echarts/charts'
import {
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'preact/hooks'
import { theme } from '../state/theme.ts'
import { chartTokens, resolveTokens, type Tokens } from './tokens.ts'

use([LineChart, GridComponent, TooltipComponent, MarkLineComponent, MarkAreaComponent, SVGRenderer])

/** The one place that owns ECharts: draws an option, follows size and theme, and lets go. */
export function Chart({
  option,
  label,
}: {
  readonly option: (tokens: Tokens) => EChartsCoreOption
  readonly label: string
}) {
  const frame = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init> | undefined>(undefined)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const drawn = init(element, undefined, { renderer: 'svg' })
    chart.current = drawn
    const observer = new ResizeObserver(() => drawn.resize())
    observer.observe(element)
    return () => {
      observer.disconnect()
      drawn.dispose()
    }
  }, [])
  const painted = theme.value
  useEffect(() => {
    chart.current?.setOption(option(resolveTokens(chartTokens)), { notMerge: true })
  }, [option, painted])
  return <div ref={frame} class="echart" role="img" aria-label={label} />
}
