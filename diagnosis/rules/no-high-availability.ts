import { defineRule, type Need } from '../engine/rule.ts'
import { config } from './config.ts'
import { no } from './look-alikes.ts'

/** Whether Kubernetes may end the JobManager's pod at any time; false where nothing speaks of it. */
const onKubernetes: Need<boolean> = {
  missing: config.missing,
  read: ({ facts }) =>
    facts.config === undefined
      ? undefined
      : facts.pods.length > 0 ||
        Object.keys(facts.config).some((key) => key.startsWith('kubernetes.')),
}

export const noHighAvailability = defineRule({
  id: 'no-high-availability',
  title: 'The JobManager has no successor',
  category: 'config',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { config, onKubernetes }, toldApartBy: {} },
  levels: {},
  impact: { minor: 0.5 },
  messages: {
    found:
      'high-availability.type is not set, and this cluster runs on Kubernetes: when the pod of the JobManager ends, the job is gone.',
    set: 'Set high-availability.type: kubernetes and high-availability.storageDir on a store that outlives the pods.',
  },
  explains: [],
  opensAfter: 1,
  resolvesAfter: 1,

  evaluate({ config: values, onKubernetes: isThere }) {
    const type = values['high-availability.type'] ?? values['high-availability'] ?? 'NONE'
    if (!isThere || type.toUpperCase() !== 'NONE') return []
    return [
      {
        severity: 'minor',
        message: 'found',
        params: {},
        evidence: [{ label: 'high-availability.type', unit: 'text', observed: type }],
        toldApart: [no('jobmanager-failover', 'nothing has happened yet')],
        suggestions: [{ message: 'set', risk: 'restart' }],
        sureness: 1,
      },
    ]
  },
})
