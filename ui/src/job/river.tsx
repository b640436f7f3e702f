import { useEffect, useRef, useState } from 'preact/hooks'
import type { TopologyView, VertexLoadView } from '../../../core/api/public.ts'
import { percent, rate, UNKNOWN } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Text } from '../shared/text.tsx'
import {
  CARD,
  cardWidthOf,
  layRiver,
  type PlacedChannel,
  type PlacedVertex,
} from './river-model.ts'

const DEPTH = 20

/** The job graph: channels whose water stands as high as their buffers are full, the root as a weir. */
export function River({ view }: { readonly view: TopologyView }) {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(1200)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const river = layRiver(view, width)
  const card = cardWidthOf(river)
  return (
    <div ref={frame} style="overflow-x:auto">
      <div class="river" style={`height:${river.height}px;width:${river.width}px`}>
        <svg width={river.width} height={river.height} aria-hidden="true">
          {river.channels.map((channel) => (
            <Channel key={channel.key} channel={channel} />
          ))}
          {river.vertices
            .filter(({ load }) => load?.role === 'root')
            .map(({ x, y }) => (
              <>
                <path d={`M${x - 9} ${y - 16}h7v${CARD.height + 32}h-7z`} fill="var(--crit)" />
                <path
                  d={`M${x - 22} ${y + CARD.height + 16}h28`}
                  stroke="var(--crit)"
                  stroke-width="2"
                />
              </>
            ))}
        </svg>
        {river.vertices.map((vertex) => (
          <Vertex key={vertex.id} vertex={vertex} width={card} />
        ))}
      </div>
    </div>
  )
}

function Channel({ channel }: { readonly channel: PlacedChannel }) {
  const { from, to, fill, lit } = channel
  const middle = (from.x + to.x) / 2
  const line = (dy: number) =>
    `M${from.x} ${from.y + dy}C${middle} ${from.y + dy} ${middle} ${to.y + dy} ${to.x} ${to.y + dy}`
  const band = (top: number, bottom: number) =>
    `${line(top)}L${to.x} ${to.y + bottom}C${middle} ${to.y + bottom} ${middle} ${from.y + bottom} ${from.x} ${from.y + bottom}Z`
  const top = DEPTH / 2 - DEPTH * Math.max(fill ?? 0, 0.04)
  const halo = 'paint-order:stroke;stroke:var(--surface);stroke-width:3px;'
  const labelY = Math.min(from.y, to.y) + Math.abs(from.y - to.y) / 2
  return (
    <g>
      <path d={band(-DEPTH / 2, DEPTH / 2)} fill={fill === null ? 'url(#hatch)' : 'var(--bed)'} />
      <path d={line(DEPTH / 2)} stroke="var(--line-2)" fill="none" />
      <path d={line(-DEPTH / 2)} stroke="var(--line)" fill="none" />
      {fill === null ? null : (
        <>
          <path d={band(top, DEPTH / 2)} fill="var(--water)" opacity={lit ? 1 : 0.55} />
          <path
            d={line(top)}
            stroke="var(--water-top)"
            stroke-width={lit ? 2 : 1.25}
            fill="none"
            opacity={lit ? 1 : 0.7}
          />
          {lit && fill > 0.3 ? <path class="drift" d={line(top + 6)} /> : null}
        </>
      )}
      <text
        class="lab"
        text-anchor="middle"
        style={`${lit ? 'font-weight:600;fill:var(--fg);' : ''}${halo}`}
        x={middle}
        y={labelY - DEPTH / 2 - 6}
      >
        {rate(channel.recordsPerSecond)}
      </text>
      <text
        text-anchor="middle"
        style={`font-size:10px;${halo}`}
        x={middle}
        y={labelY + DEPTH / 2 + 13}
      >
        {channel.strategy} {fill === null ? UNKNOWN : percent(fill)}
      </text>
    </g>
  )
}

function Vertex({ vertex, width }: { readonly vertex: PlacedVertex; readonly width: number }) {
  const { name, parallelism, x, y, load } = vertex
  const role = load?.role ?? 'calm'
  return (
    <>
      {role === 'root' ? (
        <div class="weirflag" style={`left:${x - 9}px;top:${y - 38}px`}>
          {t('rootFlag')}
        </div>
      ) : null}
      <div
        class={`vertex ${role === 'calm' ? '' : role}`}
        style={`left:${x}px;top:${y}px;width:${width}px;height:${CARD.height}px`}
        title={name.slice(0, 1000)}
      >
        <span class="head">
          <b class="cut">
            <Text value={name} max={80} />
          </b>
          <span>×{parallelism}</span>
        </span>
        {load && load.busy !== null ? <Measured load={load} /> : <Unmeasured />}
      </div>
    </>
  )
}

function Measured({ load }: { readonly load: VertexLoadView }) {
  const { busy, backpressured, skew, subtasks } = load
  const held = (backpressured ?? 0) > (busy ?? 0)
  return (
    <>
      <span class="split">
        <span class="b" style={`width:${(busy ?? 0) * 100}%`} />
        <span class="h" style={`width:${(backpressured ?? 0) * 100}%`} />
      </span>
      <span class="says">
        {(backpressured ?? 0) > 0.1 && held ? (
          <span class="t-held">
            {t('backpressured')} {percent(backpressured)}
          </span>
        ) : (
          <span class={load.role === 'root' ? 't-busy strong' : ''}>
            {t('busy')} {percent(busy)}
          </span>
        )}
        <span>
          {t('skew')} {skew === null ? UNKNOWN : skew.toFixed(2)}
        </span>
      </span>
      <span class={`subs ${held ? 'held' : ''}`}>
        {subtasks.slice(0, 48).map((subtask) => {
          const value = held ? subtask.backpressured : subtask.busy
          return value === null ? (
            <i class="na" />
          ) : (
            <i style={`--v:${Math.max(0.015, Math.min(1, value)).toFixed(3)}`} />
          )
        })}
      </span>
    </>
  )
}

function Unmeasured() {
  return (
    <>
      <span class="split na" />
      <span class="says t-unknown">
        {UNKNOWN} {t('notMeasured')}
      </span>
    </>
  )
}
