import { hasReason } from '../../base/index.ts'
import { type ConfigMap, configMaps, keyOf, namespaces } from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { isNamespaceTerminating } from './pod-control.ts'
import {
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
} from './runtime.ts'

const NAME = 'kube-root-ca.crt'
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal ' +
  'endpoints such as the internal service IP or kubernetes.default.svc. No other usage is ' +
  'guaranteed across distributions of Kubernetes clusters.'
const ANNOTATION = 'kubernetes.io/description'

/** Gives each namespace the authority of the API server's certificate, for its pods. */
export function rootCaPublisher(context: ControllerContext, caPem: string): Controller {
  const spaces = context.informers.for(namespaces)
  const maps = context.informers.for(configMaps)
  const client = context.client.for(configMaps)
  const data = { 'ca.crt': caPem }
  const annotations = { [ANNOTATION]: DESCRIPTION }

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const space = spaces.get(key)
    if (!space || space.metadata.deletionTimestamp !== undefined) return done
    const metadata = { name: NAME, namespace: key }
    const found = maps.get(keyOf({ metadata }))
    try {
      if (!found) await client.create({ metadata: { ...metadata, annotations }, data }, call)
      else if (found.data?.['ca.crt'] !== caPem) {
        await client.update({ ...draft<ConfigMap>(found), data }, call)
      }
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error
    }
    return done
  }

  const spaceOf = ({ old, now }: Change<ConfigMap>) => {
    const { name, namespace } = (now ?? old)?.metadata ?? {}
    return name === NAME && namespace !== undefined ? [namespace] : []
  }
  return {
    name: 'root-ca-certificate-publisher-controller',
    sources: [objectsOf(spaces), changesOf(maps, spaceOf)],
    reconcile,
  }
}
