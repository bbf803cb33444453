import type { WriteCall } from '../registry/store.ts'

/** A call of the server itself. */
export function systemCall(namespace: string, signal: AbortSignal): WriteCall {
  return {
    user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
    namespace,
    options: { dryRun: false, fieldManager: 'kube-apiserver', fieldValidation: 'Ignore' },
    warnings: [],
    signal,
  }
}
