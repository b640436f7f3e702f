import { z } from 'zod'

export const kubernetesAccess = z.strictObject({
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe('A kubeconfig file; without it the service account of the pod.'),
  context: z.string().min(1).optional().describe('Context of the kubeconfig; default: its own.'),
})
export type KubernetesAccess = Readonly<z.output<typeof kubernetesAccess>>
