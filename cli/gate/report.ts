import type { Waited } from './wait.ts'

export const outputs = ['text', 'json', 'junit', 'github'] as const
export type Output = (typeof outputs)[number]

/** What `--on-no-data` makes of a job of which nothing is known when the time is over. */
export const noDataWords = ['wait', 'fail', 'pass'] as const
export type OnNoData = (typeof noDataWords)[number]

/** Whether to go on: `unknown` stays unknown only while nobody said what it is to be. */
export function decided(word: Waited['word'], onNoData: OnNoData): Waited['word'] {
  return word === 'unknown' && onNoData !== 'wait' ? onNoData : word
}

/** What is printed of the outcome, by form. `text` is for people; a command paints its first word. */
export function report(output: Output, job: string, waited: Waited, onNoData: OnNoData): string {
  switch (output) {
    case 'text':
      return text(waited, onNoData)
    case 'json':
      return `${JSON.stringify(asJson(job, waited, onNoData))}\n`
    case 'junit':
      return junit(job, waited, onNoData)
    case 'github':
      return github(job, waited, onNoData)
  }
}

function asJson(job: string, { word, reason, answer, waitedMs }: Waited, onNoData: OnNoData) {
  const ok = decided(word, onNoData) === 'pass'
  return answer
    ? { ...answer, answer: word, reason, ok, waitedMs }
    : { schemaVersion: 1, job, answer: word, ok, reason, reasons: [reason], score: null, waitedMs }
}

function text({ word, answer }: Waited, onNoData: OnNoData): string {
  const [, ...more] = answer?.reasons ?? []
  const lines = more.map((reason) => `  ${reason}`)
  for (const { severity, title, subject, text: says } of answer?.findings ?? []) {
    lines.push(`  ${severity} · ${title} · ${subject}: ${says}`)
  }
  if (word === 'unknown' && onNoData !== 'wait') {
    lines.push(`  Nothing is known, which counts as ${onNoData} here (--on-no-data).`)
  }
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function junit(job: string, waited: Waited, onNoData: OnNoData): string {
  const { word, reason, answer, waitedMs } = waited
  const ends = decided(word, onNoData)
  const seconds = (waitedMs / 1000).toFixed(3)
  const details = xml([reason, text(waited, onNoData)].join('\n'))
  const inside = {
    pass: `<system-out>${details}</system-out>`,
    fail: `<failure message="${xml(reason)}" type="score">${details}</failure>`,
    unknown: `<error message="${xml(reason)}" type="unknown">${details}</error>`,
  }[ends]
  const counts = `tests="1" failures="${ends === 'fail' ? 1 : 0}" errors="${ends === 'unknown' ? 1 : 0}"`
  const score = answer?.score ?? null
  const properties =
    score === null ? '' : `<properties><property name="score" value="${score}"/></properties>`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${seconds}">`,
    `<testsuite name="weir gate" ${counts} skipped="0" time="${seconds}">${properties}`,
    `<testcase classname="weir.gate" name="${xml(job)}" time="${seconds}">${inside}</testcase>`,
    '</testsuite></testsuites>',
    '',
  ].join('\n')
}

/** Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions. */
function github(job: string, waited: Waited, onNoData: OnNoData): string {
  const { word, reason } = waited
  const command = { pass: 'notice', fail: 'error', unknown: 'warning' }[decided(word, onNoData)]
  const title = commandProperty(`Weir: ${word} for ${job}`)
  const message = commandData([reason, text(waited, onNoData).trimEnd()].join('\n').trimEnd())
  return `::${command} title=${title}::${message}\n`
}

/** What a workflow’s later steps may ask for (`steps.<id>.outputs.…`). */
export function githubOutputs({ word, answer }: Waited, onNoData: OnNoData): string {
  const ok = decided(word, onNoData) === 'pass'
  return `answer=${word}\nok=${ok}\nscore=${answer?.score ?? ''}\n`
}

const commandData = (value: string) =>
  printable(value).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const commandProperty = (value: string) =>
  commandData(value).replaceAll(':', '%3A').replaceAll(',', '%2C')

function xml(value: string): string {
  return printable(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
}

/** Names come from outside: control and direction characters must steer neither terminals nor parsers. */
export function printable(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}\ufffe\uffff]/gu, (sign) => (sign === '\n' ? sign : '\ufffd'))
}
