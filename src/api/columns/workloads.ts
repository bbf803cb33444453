import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../apps/index.ts'
import type { PodSpec, PodTemplate, PodTemplateSpec, ReplicationController } from '../core/index.ts'
import { controllerOf } from '../helpers/index.ts'
import type { LabelSelector } from '../meta/index.ts'
import type { Column, KubeObject } from '../schema/index.ts'
import { describeLabelSelector } from '../selectors/index.ts'
import { ageColumn, column, integer, labelsText, nameColumn, NONE, wide } from './common.ts'

interface Workload extends KubeObject {
  spec: { template?: PodTemplateSpec; selector?: LabelSelector }
}

/** What `-o wide` adds for everything that makes pods. */
function templateColumns<T extends Workload>(): Column<T>[] {
  return [
    ...containerColumns<T>(({ spec }) => spec.template?.spec),
    selectorColumn<T>(({ spec }) => spec.selector),
  ]
}

export function containerColumns<T>(specOf: (workload: T) => PodSpec | undefined): Column<T>[] {
  const containers = (workload: T) => specOf(workload)?.containers ?? []
  return [
    wide('Containers', 'Names of the containers in the template.', (workload) =>
      containers(workload)
        .map((container) => container.name)
        .join(','),
    ),
    wide('Images', 'Images of the containers in the template.', (workload) =>
      containers(workload)
        .map((container) => container.image ?? '')
        .join(','),
    ),
  ]
}

export function selectorColumn<T>(
  selectorOf: (workload: T) => LabelSelector | undefined,
): Column<T> {
  return wide('Selector', 'Labels of the pods that belong to it.', (workload) =>
    describeLabelSelector(selectorOf(workload)),
  )
}

export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn(),
  column(
    'Ready',
    'Pods that are ready, of those wanted.',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
  ),
  column(
    'Up-to-date',
    'Pods of the newest template.',
    ({ status }) => status?.updatedReplicas ?? 0,
  ),
  column(
    'Available',
    'Pods that have been ready for long enough.',
    ({ status }) => status?.availableReplicas ?? 0,
  ),
  ageColumn(),
  ...templateColumns<Deployment>(),
]

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn(),
  integer('Desired', 'Pods wanted.', ({ spec }) => spec.replicas ?? 0),
  integer('Current', 'Pods that exist.', ({ status }) => status?.replicas ?? 0),
  integer('Ready', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0),
  ageColumn(),
  ...templateColumns<ReplicaSet>(),
]

export const controllerRevisionColumns: readonly Column<ControllerRevision>[] = [
  nameColumn(),
  column('Controller', 'The object whose history this is.', (revision) => {
    const owner = controllerOf(revision)
    if (owner === undefined) return NONE
    const [group, version] = owner.apiVersion.split('/')
    const kind = version === undefined ? owner.kind : `${owner.kind}.${group}`
    return `${kind.toLowerCase()}/${owner.name}`
  }),
  integer('Revision', 'Number of the revision: the higher, the newer.', (r) => r.revision),
  ageColumn(),
]

export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  nameColumn(),
  column(
    'Ready',
    'Pods that are ready, of those wanted.',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
  ),
  ageColumn(),
  ...containerColumns<StatefulSet>(({ spec }) => spec.template?.spec),
]

export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  nameColumn(),
  integer('Desired', 'Nodes to have a pod.', ({ status }) => status?.desiredNumberScheduled ?? 0),
  integer('Current', 'Nodes that have one.', ({ status }) => status?.currentNumberScheduled ?? 0),
  integer('Ready', 'Nodes whose pod is ready.', ({ status }) => status?.numberReady ?? 0),
  integer(
    'Up-to-date',
    'Nodes with a pod of the newest template.',
    ({ status }) => status?.updatedNumberScheduled ?? 0,
  ),
  integer(
    'Available',
    'Nodes whose pod has been ready for long enough.',
    ({ status }) => status?.numberAvailable ?? 0,
  ),
  column('Node Selector', 'Labels of the nodes that get a pod.', ({ spec }) =>
    labelsText(spec.template?.spec?.nodeSelector),
  ),
  ageColumn(),
  ...templateColumns<DaemonSet>(),
]

export const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  nameColumn(),
  integer('Desired', 'Pods wanted.', ({ spec }) => spec?.replicas ?? 0),
  integer('Current', 'Pods that exist.', ({ status }) => status?.replicas ?? 0),
  integer('Ready', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0),
  ageColumn(),
  ...containerColumns<ReplicationController>(({ spec }) => spec?.template?.spec),
  wide('Selector', 'Labels of the pods that belong to it.', ({ spec }) =>
    labelsText(spec?.selector),
  ),
]

export const podTemplateColumns: readonly Column<PodTemplate>[] = [
  nameColumn(),
  column('Containers', 'Names of the containers.', ({ template }) =>
    (template?.spec?.containers ?? []).map((container) => container.name).join(','),
  ),
  column('Images', 'Images of the containers.', ({ template }) =>
    (template?.spec?.containers ?? []).map((container) => container.image ?? '').join(','),
  ),
  column('Pod Labels', 'Labels of the pods.', ({ template }) =>
    labelsText(template?.metadata?.labels),
  ),
]
