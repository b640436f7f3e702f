import type { JudgedLogs, Share } from './judge.ts'

const fields = ['heads', 'folded', 'level', 'logger', 'time', 'exceptions', 'signatures'] as const

/** All recordings together. */
export function summaryOf(judged: readonly JudgedLogs[]): string {
  const total = (field: (typeof fields)[number]): Share => ({
    right: judged.reduce((sum, one) => sum + one[field].right, 0),
    of: judged.reduce((sum, one) => sum + one[field].of, 0),
  })
  const sum = (of: (one: JudgedLogs) => number) => judged.reduce((all, one) => all + of(one), 0)
  const told = new Set(judged.flatMap((one) => one.told))
  return [
    `${judged.length} recordings, ${sum(({ lines }) => lines)} lines, ${sum(({ events }) => events)} events.`,
    `Of the lines with a time ${percent(total('heads'))} begin an event; of the others ${percent(total('folded'))} are folded under one.`,
    `As it stands there are read the level of ${percent(total('level'))}, the logger of ${percent(total('logger'))}, the time of ${percent(total('time'))}. No layout of these processes prints threads.`,
    `The exception is named of ${percent(total('exceptions'))} of the traces.`,
    `Of ${total('signatures').of} signatures that stand in the text ${percent(total('signatures'))} are recognised, ${sum(({ madeUp }) => madeUp)} made up; ${told.size} of them are graver than information.`,
  ].join('\n')
}

export function tableOf(judged: readonly JudgedLogs[]): string {
  const rows = judged.map((one) => [
    ...[one.recording, String(one.lines), String(one.events)],
    ...fields.map((field) => percent(one[field])),
    one.told.join(' ') || '–',
  ])
  const heads = ['recording', 'lines', 'events', ...fields, 'graver than information']
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

export function pageOf(judged: readonly JudgedLogs[]): string {
  return `# How well logs are read

Made by \`npm run logs-accuracy -- --page docs/logs-accuracy.md\`; nothing here is written by hand.

${summaryOf(judged).replaceAll('\n', '  \n')}

The logs are those that real Flink and Kafka wrote while the lab recorded its faults. What stands in a line is looked for with
plain patterns, one by one; what the product made of it comes from the same reader as in the log service. A signature counts
wherever its text stands, also as the echo of a fault elsewhere.

${tableOf(judged)}
`
}

/** Never rounded up to all of them. */
function percent({ right, of }: Share): string {
  return of === 0 ? '–' : `${Math.floor((right / of) * 10_000) / 100} %`
}
