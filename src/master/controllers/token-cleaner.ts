import { hasReason } from '../../base/index.ts'
import { type Secret, secrets } from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  requeueAfter,
} from './runtime.ts'

const NAMESPACE = 'kube-system'
const TYPE = 'bootstrap.kubernetes.io/token'

/** Deletes bootstrap tokens when they are over. */
export function tokenCleaner(context: ControllerContext): Controller {
  const informer = context.informers.for(secrets, { namespace: NAMESPACE })
  const client = context.client.for(secrets)

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const secret = informer.get(key)
    const endMs = secret && expirationOf(secret)
    if (!secret || endMs === undefined) return done
    const leftMs = endMs - context.clock.nowMs()
    if (leftMs > 0) return requeueAfter(leftMs)
    const { name, uid } = secret.metadata
    try {
      await client.delete({ name, namespace: NAMESPACE }, { preconditions: { uid } }, call)
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
    }
    return done
  }

  const tokens = ({ now }: { now: Cached<Secret> | undefined }) =>
    now?.type === TYPE ? [`${NAMESPACE}/${now.metadata.name}`] : []
  return { name: 'token-cleaner-controller', sources: [changesOf(informer, tokens)], reconcile }
}

/** Undefined: never. A time that cannot be read is over. */
function expirationOf(secret: Cached<Secret>): number | undefined {
  const text = Buffer.from(secret.data?.['expiration'] ?? '', 'base64').toString('utf8')
  if (text === '') return undefined
  const endMs = Date.parse(text)
  return Number.isNaN(endMs) ? 0 : endMs
}
