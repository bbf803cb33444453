import type { KubeObject, Namespace } from '../../../api/index.ts'
import type { UpdateRules } from '../registry/update.ts'
import { update } from '../resource-handler.ts'
import { statusErrors } from '../status.ts'
import type { Subresource } from './router.ts'

const RULES: UpdateRules = {
  subresource: 'finalize',
  prepare: (object: KubeObject, old: KubeObject) => {
    const { status } = structuredClone(old as Namespace)
    Object.assign(object, { status })
  },
  validate: () => [],
}

/** `finalize` of a namespace: takes finalizers out of its spec; with the last one it is gone. */
export const finalize: Subresource = (store) => (exchange) => {
  if (exchange.at.verb !== 'update') return Promise.reject(statusErrors.methodNotAllowed())
  return update(store, exchange, RULES)
}
