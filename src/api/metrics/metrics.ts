import { ObjectMeta } from '../meta/index.ts'
import { list, map, quantity, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const ContainerMetrics = struct(
  'io.k8s.metrics.pkg.apis.metrics.v1beta1.ContainerMetrics',
  'What a container uses.',
  {
    name: string(1, "The container's name.").required(),
    usage: map(2, quantity, 'What is used: `cpu`, over the window, and `memory`.').required(),
  },
)
export interface ContainerMetrics extends TypeOf<typeof ContainerMetrics> {}

export const NodeMetrics = struct(
  'io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics',
  'What a node uses.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    timestamp: time(2, 'End of the window.').required(),
    window: string(3, 'How long was measured: `10s`.').required(),
    usage: map(4, quantity, 'What is used: `cpu`, over the window, and `memory`.').required(),
  },
)
export interface NodeMetrics extends TypeOf<typeof NodeMetrics> {}

export const PodMetrics = struct(
  'io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics',
  'What a pod uses.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    timestamp: time(2, 'End of the window.').required(),
    window: string(3, 'How long was measured: `10s`.').required(),
    containers: list(4, ContainerMetrics, 'What each container uses.').required(),
  },
)
export interface PodMetrics extends TypeOf<typeof PodMetrics> {}
