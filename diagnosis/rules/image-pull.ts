import { defineRule } from '../engine/rule.ts'
import { no } from './look-alikes.ts'
import { pods, waitingFor } from './pods.ts'
import { firstLine, plural } from './words.ts'

const NOT_PULLED =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError)$/

export const imagePull = defineRule({
  id: 'image-pull',
  title: 'An image cannot be pulled',
  category: 'failures',
  scope: 'job',
  stage: 'trial',
  needs: { required: { pods }, toldApartBy: {} },
  levels: {},
  impact: { crit: 4 },
  messages: {
    found: '{pods} cannot start: the image {image} is not pulled ({reason}). {says}',
    image:
      'Look at the name and tag of the image, at the registry, and at the secret that opens it (imagePullSecrets).',
  },
  explains: [
    { rule: 'no-slots', where: 'job' },
    { rule: 'unschedulable', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 1,

  evaluate({ pods: list }) {
    const waiting = waitingFor(list, NOT_PULLED)
    const [first] = waiting
    if (!first) return []
    const { container, state, pod } = first
    return [
      {
        severity: 'crit',
        message: 'found',
        params: {
          pods: plural(new Set(waiting.map((one) => one.pod.uid)).size, 'pod'),
          image: container.image,
          reason: state.reason ?? '',
          says: firstLine(state.message ?? ''),
        },
        evidence: [
          {
            label: `container ${container.name} of ${pod.name}`,
            unit: 'text',
            observed: state.reason ?? '',
          },
        ],
        toldApart: [
          no('crash-loop', 'the container was never started'),
          no('unschedulable', `it has a node${pod.node === undefined ? '' : `, ${pod.node}`}`),
        ],
        suggestions: [{ message: 'image', risk: 'none' }],
        sureness: 1,
      },
    ]
  },
})
