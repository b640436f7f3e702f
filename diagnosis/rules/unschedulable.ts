import { defineRule, grade } from '../engine/rule.ts'
import { no } from './look-alikes.ts'
import { pods } from './pods.ts'
import { firstLine, plural, seconds } from './words.ts'

export const unschedulable = defineRule({
  id: 'unschedulable',
  title: 'No node takes a pod',
  category: 'failures',
  scope: 'job',
  stage: 'trial',
  needs: { required: { pods }, toldApartBy: {} },
  levels: {
    pending: {
      minor: 30,
      major: 60,
      crit: 300,
      help: 'Seconds that a pod has waited for a node; a cluster that adds nodes by itself needs a minute or two.',
    },
  },
  impact: { minor: 1, major: 3, crit: 4 },
  messages: {
    found: 'For {waited} there has been no node for {pods} of this cluster: {says}',
    room: 'Make room: quota, more nodes, or TaskManagers of a shape that fits one (CPU and memory asked for, affinities, taints, volumes).',
  },
  explains: [
    { rule: 'no-slots', where: 'job' },
    { rule: 'registration-failed', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 1,

  evaluate({ pods: list }, { pending }, _asked, { facts }) {
    const waiting = list.flatMap((pod) => {
      const refused = pod.conditions.find(
        ({ type, status, reason }) =>
          type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
      )
      if (pod.phase !== 'Pending' || !refused) return []
      return [{ pod, refused, ms: facts.at - (refused.since ?? pod.createdAt ?? pod.at) }]
    })
    const [longest] = waiting.sort((a, b) => b.ms - a.ms)
    const reached = longest && grade(longest.ms / 1000, pending)
    if (!reached) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          pods: plural(waiting.length, 'pod'),
          waited: seconds(longest.ms),
          says: firstLine(longest.refused.message ?? 'Kubernetes does not say why'),
        },
        evidence: [
          {
            label: `seconds without a node, ${longest.pod.name}`,
            unit: 'count',
            observed: Math.round(longest.ms / 1000),
            limit: reached.limit,
            bad: 'above',
          },
        ],
        toldApart: [
          no('image-pull', 'it has no node that could pull an image'),
          no(
            'no-slots',
            'the TaskManagers that would bring the slots are wanted, and wait themselves',
          ),
        ],
        suggestions: [{ message: 'room', risk: 'none' }],
        sureness: 0.95,
      },
    ]
  },
})
