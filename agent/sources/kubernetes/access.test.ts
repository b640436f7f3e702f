import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { KubernetesConfig } from '../../config.ts'
import { openAccess } from './access.ts'

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'weir-access-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

test('a pod’s service account is read anew for each request, as its token changes every hour', async () => {
  const serviceAccount = folder({ token: 'one\n', 'ca.crt': 'CA' })
  const { server, options } = await openAccess(KubernetesConfig.parse({ serviceAccount }))
  expect(server.href).toBe('https://kubernetes.default.svc/')
  expect(await options()).toMatchObject({ headers: { authorization: 'Bearer one' } })
  writeFileSync(join(serviceAccount, 'token'), 'two\n')
  expect(await options()).toMatchObject({ headers: { authorization: 'Bearer two' } })
})

test('kubectl proxy on this machine is asked without credentials', async () => {
  const access = await openAccess(KubernetesConfig.parse({ server: 'http://127.0.0.1:8001' }))
  expect(await access.options()).toEqual({})
})

test('a kubeconfig gives the server and the token of its context', async () => {
  const kubeconfig = join(
    folder({
      config: JSON.stringify({
        clusters: [{ name: 'lab', cluster: { server: 'https://lab:6443' } }],
        users: [{ name: 'weir', user: { token: 'from-file' } }],
        contexts: [{ name: 'lab-weir', context: { cluster: 'lab', user: 'weir' } }],
      }),
    }),
    'config',
  )
  const { server, options } = await openAccess(
    KubernetesConfig.parse({ kubeconfig, context: 'lab-weir' }),
  )
  expect(server.href).toBe('https://lab:6443/')
  expect(await options()).toMatchObject({ headers: { Authorization: 'Bearer from-file' } })
  await expect(
    openAccess(KubernetesConfig.parse({ kubeconfig, context: 'other' })),
  ).rejects.toThrow('names no cluster for the context other; set agent.kubernetes.context.')
})

test('without any way in the sentence says what to set', async () => {
  const nowhere = KubernetesConfig.parse({ serviceAccount: folder({}) })
  await expect(openAccess(nowhere)).rejects.toThrow('outside a pod set agent.kubernetes.kubeconfig')
})

test('credentials are never sent in the clear', () => {
  const { error } = KubernetesConfig.safeParse({ server: 'http://api.example:8080' })
  expect(error?.issues.map(({ message }) => message)).toEqual([
    'must be https; http is for kubectl proxy on this machine only',
  ])
})
