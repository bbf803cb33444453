import { podColumns } from '../columns/index.ts'
import type { Pod } from '../core/index.ts'
import { Pod as declared } from '../core/index.ts'
import { defaultPod } from '../defaults/index.ts'
import type { Resource, SubresourceInfo } from '../schema/index.ts'
import { copyOf, defineResource, defineStrategy, statusVerbs } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateNewPod,
  validateObjectMeta,
  validatePodStatusUpdate,
  validatePodUpdate,
  withMetadata,
} from '../validation/index.ts'
import { qosClassOf } from '../helpers/index.ts'
import { gatedConditions, noteAppArmor, selectByOwnLabels } from './pod-creation.ts'
import { proxySubresource } from './proxy.ts'
import { warnPod } from '../warnings/index.ts'

const stream = (kind: string): SubresourceInfo => ({
  group: '',
  version: 'v1',
  kind,
  verbs: ['create', 'get'],
})

const SCOPE = { namespaced: true, nameErrors: dns1123SubdomainErrors }

export const pods: Resource<Pod> = defineResource<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  struct: declared,
  columns: podColumns,
  strategy: defineStrategy<Pod>({
    applyDefaults: defaultPod,
    warn: warnPod,

    prepareForCreate(pod) {
      noteAppArmor(pod)
      selectByOwnLabels(pod)
      // A class that is given already is believed, as upstream does.
      const qosClass = pod.status?.qosClass || qosClassOf(pod)
      pod.status = { phase: 'Pending', qosClass, ...gatedConditions(pod) }
    },
    prepareForUpdate(pod, old) {
      pod.status = copyOf(old.status)
    },
    prepareForStatusUpdate(pod, old) {
      pod.spec = copyOf(old.spec)
      pod.metadata.ownerReferences = copyOf(old.metadata.ownerReferences)
      // The class is decided once, at creation; a kubelet that leaves it out does not erase it.
      pod.status.qosClass ??= old.status?.qosClass ?? qosClassOf(pod)
    },
    // 30 s is what defaulting gives a pod; one that runs nowhere yet, or no longer, goes at once.
    defaultGraceSeconds(pod) {
      if (pod.spec.nodeName === undefined) return 0
      if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return 0
      return pod.spec.terminationGracePeriodSeconds ?? 30
    },
    ...withMetadata<Pod>(SCOPE, {
      create: validateNewPod,
      update: (pod, old) => [
        ...validateObjectMeta(pod.metadata, SCOPE),
        ...validatePodUpdate(pod, old),
      ],
      status: validatePodStatusUpdate,
    }),
  }),
  selectableFields: {
    'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? pod.status?.podIPs?.[0]?.ip ?? '',
    'status.podIPs': (pod) => pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? '',
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
  hasStatus: true,
  subresources: {
    attach: stream('PodAttachOptions'),
    binding: { group: '', version: 'v1', kind: 'Binding', verbs: ['create'] },
    ephemeralcontainers: {
      group: '',
      version: 'v1',
      kind: 'Pod',
      verbs: ['get', 'patch', 'update'],
    },
    eviction: {
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
      foreign: true,
    },
    exec: stream('PodExecOptions'),
    log: { group: '', version: 'v1', kind: 'Pod', verbs: ['get'] },
    portforward: stream('PodPortForwardOptions'),
    proxy: proxySubresource('PodProxyOptions'),
    resize: { group: '', version: 'v1', kind: 'Pod', verbs: statusVerbs },
  },
})
