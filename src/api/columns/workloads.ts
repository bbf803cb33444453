import type { ControllerRevision, Deployment, ReplicaSet } from '../apps/index.ts'
import type { PodTemplateSpec } from '../core/index.ts'
import { controllerOf } from '../helpers/index.ts'
import type { LabelSelector } from '../meta/index.ts'
import type { Column, KubeObject } from '../schema/index.ts'
import { describeLabelSelector } from '../selectors/index.ts'
import { ageColumn, column, integer, nameColumn, NONE, wide } from './common.ts'

interface Workload extends KubeObject {
  spec: { template?: PodTemplateSpec; selector?: LabelSelector }
}

/** What `-o wide` adds for everything that makes pods. */
function templateColumns<T extends Workload>(): Column<T>[] {
  const containers = (workload: T) => workload.spec.template?.spec?.containers ?? []
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
    wide('Selector', 'Labels of the pods that belong to it.', (workload) =>
      describeLabelSelector(workload.spec.selector),
    ),
  ]
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
