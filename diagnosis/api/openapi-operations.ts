import type { z } from 'zod'
import {
  AlertsPage,
  DeliveriesPage,
  JournalPage,
  Me,
  MessageSent,
  SilencesPage,
  SilenceView,
  TargetsPage,
} from '../../core/api/alerts.ts'
import { Fleet, JobsPage, ProblemBody } from '../../core/api/fleet.ts'
import { GateAnswer, Health } from '../../core/api/gate.ts'
import { WhatIfEdit } from '../../core/api/what-if.ts'
import { jobLogParams as logs } from '../../core/logs/params.ts'
import { silenceBody, targetBody } from './alert-bodies.ts'
import type { Role } from './caller.ts'
import { efficiencyParams } from './efficiency-routes.ts'
import { gateExamples, healthExample } from './openapi-examples.ts'
import * as params from './params.ts'

/** Schemas that have a name in the description. */
export const named = {
  ...{ Health, GateAnswer, JobsPage, Fleet, AlertsPage, SilencesPage, SilenceView },
  ...{ DeliveriesPage, TargetsPage, MessageSent, JournalPage, Me, ProblemBody },
}
export type SchemaName = keyof typeof named

/** One answer; without a schema it is JSON whose shape may still grow. */
export interface Answer {
  readonly text: string
  readonly schema?: SchemaName
  readonly type?: string
  readonly examples?: Readonly<Record<string, unknown>>
}

export interface Operation {
  /** As routes are written: `:name` is a part of the path. */
  readonly path: string
  readonly method: 'get' | 'post' | 'delete'
  readonly tag: 'gate' | 'jobs' | 'logs' | 'alerts' | 'about'
  readonly summary: string
  /** What a token must at least be. */
  readonly role?: Role
  readonly params?: z.ZodType
  readonly body?: z.ZodType
  readonly answers: Readonly<Record<string, Answer>>
}

/** Of schemas whose limits move with the clock nothing that moves is described. */
const NOW = 0
const JOB = '/jobs/:cluster/:namespace/:name'

const ok = (text: string, schema?: SchemaName): Operation['answers'] => ({
  200: schema === undefined ? { text } : { text, schema },
})

const gateAnswers: Operation['answers'] = {
  200: { text: 'Pass.', schema: 'GateAnswer', examples: { pass: gateExamples.pass } },
  412: { text: 'Fail.', schema: 'GateAnswer', examples: { fail: gateExamples.fail } },
  503: {
    text: 'Unknown: ask again after Retry-After seconds.',
    ...{ schema: 'GateAnswer', examples: { unknown: gateExamples.unknown } },
  },
}
const rollbackAnswers: Operation['answers'] = {
  200: {
    text: 'The job is known to be sick: roll back.',
    ...{ schema: 'GateAnswer', examples: { fail: gateExamples.fail } },
  },
  409: {
    text: 'It is not known to be sick.',
    ...{ schema: 'GateAnswer', examples: { pass: gateExamples.pass } },
  },
}

const gate = (method: 'get' | 'post'): readonly Operation[] => [
  {
    ...{ path: `${JOB}/gate`, method, tag: 'gate', params: params.gateParams(NOW) },
    ...{ summary: 'May this deployment go on?', answers: gateAnswers },
  },
  {
    ...{ path: `${JOB}/gate/rollback`, method, tag: 'gate', params: params.gateParams(NOW) },
    ...{ summary: 'The gate inverted, for hooks that roll back on 2xx.', answers: rollbackAnswers },
  },
]

/** A question about one job: its summary, its parameters, and what is answered. */
function ofJob(
  path: string,
  summary: string,
  text: string,
  schema?: z.ZodType,
  tag: Operation['tag'] = 'jobs',
): Operation {
  const asked = schema === undefined ? {} : { params: schema }
  return { path: JOB + path, method: 'get', tag, summary, ...asked, answers: ok(text) }
}

const jobs: readonly Operation[] = [
  {
    ...{ path: '/jobs', method: 'get', tag: 'jobs', params: params.jobsParams },
    ...{ summary: 'All jobs, the worst first.', answers: ok('A page of jobs.', 'JobsPage') },
  },
  {
    ...{ path: '/fleet', method: 'get', tag: 'jobs', summary: 'All jobs in a few numbers.' },
    answers: ok('The head of the page.', 'Fleet'),
  },
  {
    ...{ path: '/episodes', method: 'get', tag: 'jobs', params: params.historyParams(NOW) },
    ...{ summary: 'Where backpressure was, over all jobs.', answers: ok('Longest first.') },
  },
  {
    ...{ path: '/efficiency', method: 'get', tag: 'jobs', params: efficiencyParams(NOW) },
    summary: 'What jobs and teams use of what they have.',
    answers: ok('Jobs and teams, the largest savings first.'),
  },
  {
    ...{ path: `${JOB}/what-if`, method: 'post', tag: 'jobs', body: WhatIfEdit },
    summary: 'What an edit of sizes would do; it changes nothing.',
    answers: {
      200: { text: 'Load, slots, memory and restart after the edit.' },
      422: {
        text: 'Why Flink would refuse the edit.',
        ...{ schema: 'ProblemBody', type: 'application/problem+json' },
      },
    },
  },
  {
    ...{ path: `${JOB}/health`, method: 'get', tag: 'gate' },
    summary: 'A number, a verdict, and what they rest on.',
    answers: {
      200: {
        text: 'Of every known job, also of one whose score is not known.',
        ...{ schema: 'Health', examples: { degraded: healthExample } },
      },
    },
  },
  ...gate('get'),
  ...gate('post'),
  ofJob('', 'Everything of one job in short.', 'The job.'),
  ofJob('/findings', 'What was found.', 'Findings, open ones first.', params.findingsParams),
  ofJob('/advice', 'What to change.', 'Advice, or why there is none.'),
  ofJob('/topology', 'The graph with what flows through it now.', 'The graph.'),
  ofJob('/series', 'A signal over time.', 'Points; a gap is null.', params.seriesParams(NOW)),
  ofJob('/timeline', 'Scores and marks.', 'What happened when.', params.rangeParams(NOW)),
  ofJob('/checkpoints', 'Checkpoints.', 'Newest first.', params.rangeParams(NOW)),
  ofJob('/episodes', 'Backpressure.', 'Newest first.', params.historyParams(NOW)),
  ofJob('/events', 'What happened.', 'Newest first.', params.rangeParams(NOW)),
]

const lines: readonly Operation[] = [
  ofJob('/logs', 'Lines of logs.', 'A page of lines.', logs.lines(NOW), 'logs'),
  ofJob('/logs/nodes', 'What nodes still have.', 'Node by node.', logs.nodes(NOW), 'logs'),
  ofJob('/logs/histogram', 'By level.', 'Counts.', logs.histogram(NOW), 'logs'),
  ofJob('/logs/patterns', 'Patterns.', 'Most frequent first.', logs.patterns(NOW), 'logs'),
  ofJob('/logs/context', 'Around a line.', 'Lines.', logs.context, 'logs'),
  ofJob('/logs/lives', 'Lives of pods.', 'Newest first.', logs.lives(NOW), 'logs'),
  {
    ...{ path: `${JOB}/logs/tail`, method: 'get', tag: 'logs', params: logs.tail },
    summary: 'Lines as they come.',
    answers: { 200: { text: 'Server-sent events.', type: 'text/event-stream' } },
  },
  ofJob('/logs/last', 'How a pod ended.', 'Its last lines.', logs.last(NOW), 'logs'),
]

const alerts: readonly Operation[] = [
  {
    ...{ path: '/alerts', method: 'get', tag: 'alerts', params: params.alertsParams },
    ...{ summary: 'What fires, waits or is held back.', answers: ok('Alerts.', 'AlertsPage') },
  },
  {
    ...{ path: '/alerts/silences', method: 'get', tag: 'alerts', summary: 'Silences.' },
    answers: ok('Those of the last day and of now.', 'SilencesPage'),
  },
  {
    ...{ path: '/alerts/silences', method: 'post', tag: 'alerts', role: 'operator' },
    ...{ summary: 'Makes a silence.', body: silenceBody(NOW) },
    answers: { 201: { text: 'It counts.', schema: 'SilenceView' } },
  },
  {
    ...{ path: '/alerts/silences/:id', method: 'delete', tag: 'alerts', role: 'operator' },
    ...{ summary: 'Ends a silence now.', answers: ok('As it is now.', 'SilenceView') },
  },
  {
    ...{ path: '/alerts/deliveries', method: 'get', tag: 'alerts' },
    ...{ params: params.deliveriesParams, summary: 'Messages and what came of them.' },
    answers: ok('Newest first.', 'DeliveriesPage'),
  },
  {
    ...{ path: '/alerts/deliveries/:id/again', method: 'post', tag: 'alerts', role: 'operator' },
    ...{ summary: 'Sends a dead letter again.' },
    answers: { 202: { text: 'It is on its way.', schema: 'MessageSent' } },
  },
  {
    ...{ path: '/alerts/targets', method: 'get', tag: 'alerts' },
    summary: 'Targets and routes, without addresses and secrets.',
    answers: ok('All of them.', 'TargetsPage'),
  },
  {
    ...{ path: '/alerts/targets', method: 'post', tag: 'alerts', role: 'admin' },
    ...{ summary: 'Makes a webhook outside the configuration.', body: targetBody },
    answers: { 201: { text: 'All of them.', schema: 'TargetsPage' } },
  },
  {
    ...{ path: '/alerts/targets/:name', method: 'delete', tag: 'alerts', role: 'admin' },
    ...{ summary: 'Removes such a webhook.', answers: ok('All that remain.', 'TargetsPage') },
  },
  {
    ...{ path: '/alerts/targets/:name/test', method: 'post', tag: 'alerts', role: 'operator' },
    ...{ summary: 'Sends a test message.' },
    answers: { 202: { text: 'It is on its way.', schema: 'MessageSent' } },
  },
  {
    ...{ path: '/journal', method: 'get', tag: 'alerts', role: 'admin' },
    ...{ params: params.pageParams, summary: 'Who changed what.' },
    answers: ok('Newest first.', 'JournalPage'),
  },
]

const about: readonly Operation[] = [
  {
    ...{ path: '/me', method: 'get', tag: 'about', summary: 'Whose token it is.' },
    answers: ok('Name, role and scope.', 'Me'),
  },
  {
    ...{ path: '/rules', method: 'get', tag: 'about', summary: 'The catalogue of rules.' },
    answers: ok('In the order in which they are asked.'),
  },
  {
    ...{ path: '/pipeline', method: 'get', tag: 'about', summary: 'How Weir itself fares.' },
    answers: ok('Its parts, what was refused or lost in the last hour, and the store.'),
  },
  {
    ...{ path: '/stream', method: 'get', tag: 'about', summary: 'Rounds as they happen.' },
    answers: { 200: { text: 'Server-sent events.', type: 'text/event-stream' } },
  },
  {
    ...{ path: '/openapi.json', method: 'get', tag: 'about', summary: 'This description.' },
    answers: ok('OpenAPI 3.1.'),
  },
]

export const operations: readonly Operation[] = [...jobs, ...lines, ...alerts, ...about]
