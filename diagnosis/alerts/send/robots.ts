import { z } from 'zod'
import { redactText } from '../../../core/kit/redact.ts'
import type { Outcome } from './outcome.ts'
import type { Answer } from './post.ts'
import { outcomeOf } from './verdict.ts'

/** How a chat's robot says what became of a message: with 200 and a number in the body. */
export interface RobotWords {
  readonly code: 'code' | 'errcode'
  readonly message: 'msg' | 'errmsg'
  /** Numbers that mean later, and how much later. */
  readonly later: Readonly<Record<number, number>>
}

const Body = z.looseObject({})

/** A robot that answers 200 may have refused: only its 0 is a delivery. */
export function robotOutcome(answer: Answer, words: RobotWords): Outcome {
  const byStatus = outcomeOf(answer)
  if (byStatus.kind !== 'delivered' || answer.kind !== 'answer') return byStatus
  const body = parse(answer.body)
  const code = Number(body[words.code] ?? Number.NaN)
  if (!Number.isInteger(code)) {
    return { kind: 'failed', detail: `It answered ${answer.status}, but not as a robot does.` }
  }
  if (code === 0) return { kind: 'delivered', detail: 'It was taken (0).' }
  const said = redactText(String(body[words.message] ?? '')).slice(0, 120)
  const detail = `It was not taken (${code}${said === '' ? '' : `: ${said}`}).`
  const afterMs = words.later[code]
  return afterMs === undefined ? { kind: 'refused', detail } : { kind: 'failed', detail, afterMs }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Body.safeParse(JSON.parse(text)).data ?? {}
  } catch {
    return {}
  }
}
