import { hasReason } from '../../base/index.ts'
import { keyOf, namespaces, type ServiceAccount, serviceAccounts } from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { isNamespaceTerminating } from './pod-control.ts'
import {
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  objectsOf,
} from './runtime.ts'

/** Service accounts that every namespace has. */
const NAMES = ['default']

/** Gives each namespace its service account `default`, also after somebody deleted it. */
export function serviceAccountController(context: ControllerContext): Controller {
  const spaces = context.informers.for(namespaces)
  const accounts = context.informers.for(serviceAccounts)
  const client = context.client.for(serviceAccounts)

  async function reconcile(
    key: ObjectKey,
    options: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const space = spaces.get(key)
    if (!space || space.metadata.deletionTimestamp !== undefined) return done
    for (const name of NAMES) {
      const metadata = { name, namespace: key }
      if (accounts.get(keyOf({ metadata }))) continue
      try {
        await client.create({ metadata }, options)
      } catch (error) {
        if (!hasReason(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error
      }
    }
    return done
  }

  const namespaceOf = ({ old, now }: Change<ServiceAccount>) =>
    old && !now && NAMES.includes(old.metadata.name) ? [old.metadata.namespace] : []
  return {
    name: 'serviceaccount-controller',
    sources: [objectsOf(spaces), changesOf(accounts, namespaceOf)],
    reconcile,
  }
}
