// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { questions } from './gate.tsx'

test.each([
  [
    'a job of a Weir without tokens',
    questions('prod/shop/orders', false, 'http://weir'),
    [
      "curl -sS -i 'http://weir/api/v1/jobs/prod/shop/orders/gate?minScore=8&for=60s'",
      "weir gate 'prod/shop/orders' --server http://weir --min-score 8 --for 60s",
    ],
  ],
  [
    'a hostile name where tokens are wanted',
    questions("lab/-/a'$(reboot)%22", true, 'https://weir'),
    [
      'curl -sS -i -H "Authorization: Bearer $WEIR_TOKEN" ' +
        "'https://weir/api/v1/jobs/lab/-/a%27$(reboot)%22/gate?minScore=8&for=60s'",
      "weir gate 'lab/-/a%27$(reboot)%22' --server https://weir --min-score 8 --for 60s",
    ],
  ],
])('%s is asked about so that no shell reads its name', (_, text, lines) => {
  expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual(lines)
})
