import type { Pod } from '../../api/index.ts'
import type { Informer } from '../../client/index.ts'
import type { Cached } from './runtime.ts'

const INDEX = 'node'

export function indexByNode(pods: Informer<Pod>): void {
  pods.addIndex(INDEX, (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []))
}

export function podsOnNode(pods: Informer<Pod>, node: string): Iterable<Cached<Pod>> {
  return pods.byIndex(INDEX, node)
}
