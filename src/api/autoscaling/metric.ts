import { LabelSelector } from '../meta/index.ts'
import { int32, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const MetricTarget = struct(
  'io.k8s.api.autoscaling.v2.MetricTarget',
  'What a metric should be.',
  {
    type: string(1, '`Utilization`, `Value` or `AverageValue`.')
      .named('v2.MetricTargetType')
      .required(),
    value: quantity(2, 'The value.').nullable(),
    averageValue: quantity(3, 'Average over the pods.').nullable(),
    averageUtilization: int32(4, 'Average in percent of what the pods ask for.').nullable(),
  },
)
export interface MetricTarget extends TypeOf<typeof MetricTarget> {}

export const ContainerResourceMetricSource = struct(
  'io.k8s.api.autoscaling.v2.ContainerResourceMetricSource',
  'A resource of one container.',
  {
    name: string(1, 'Name of the resource.').named('v1.ResourceName').required(),
    target: ref(2, MetricTarget, 'What it should be.').required().written(),
    container: string(3, 'Name of the container.').required(),
  },
)
export interface ContainerResourceMetricSource
  extends TypeOf<typeof ContainerResourceMetricSource> {}

export const MetricValueStatus = struct(
  'io.k8s.api.autoscaling.v2.MetricValueStatus',
  'What a metric is.',
  {
    value: quantity(1, 'The value.').nullable(),
    averageValue: quantity(2, 'Average over the pods.').nullable(),
    averageUtilization: int32(3, 'Average in percent of what the pods ask for.').nullable(),
  },
)
export interface MetricValueStatus extends TypeOf<typeof MetricValueStatus> {}

export const ContainerResourceMetricStatus = struct(
  'io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus',
  'A resource of one container, as it is.',
  {
    name: string(1, 'Name of the resource.').named('v1.ResourceName').required(),
    current: ref(2, MetricValueStatus, 'What it is.').required().written(),
    container: string(3, 'Name of the container.').required(),
  },
)
export interface ContainerResourceMetricStatus
  extends TypeOf<typeof ContainerResourceMetricStatus> {}

export const CrossVersionObjectReference = struct(
  'io.k8s.api.autoscaling.v2.CrossVersionObjectReference',
  'An object, by kind and name.',
  {
    kind: string(1, 'Its kind.').required(),
    name: string(2, 'Its name.').required(),
    apiVersion: string(3, 'Its group and version.'),
  },
)
export interface CrossVersionObjectReference extends TypeOf<typeof CrossVersionObjectReference> {}

export const MetricIdentifier = struct(
  'io.k8s.api.autoscaling.v2.MetricIdentifier',
  'Which metric.',
  {
    name: string(1, 'Its name.').required(),
    selector: ref(2, LabelSelector, 'Labels that narrow it down.'),
  },
)
export interface MetricIdentifier extends TypeOf<typeof MetricIdentifier> {}

export const ExternalMetricSource = struct(
  'io.k8s.api.autoscaling.v2.ExternalMetricSource',
  'A metric from outside.',
  {
    metric: ref(1, MetricIdentifier, 'Which metric.').required().written(),
    target: ref(2, MetricTarget, 'What it should be.').required().written(),
  },
)
export interface ExternalMetricSource extends TypeOf<typeof ExternalMetricSource> {}

export const ExternalMetricStatus = struct(
  'io.k8s.api.autoscaling.v2.ExternalMetricStatus',
  'A metric from outside, as it is.',
  {
    metric: ref(1, MetricIdentifier, 'Which metric.').required().written(),
    current: ref(2, MetricValueStatus, 'What it is.').required().written(),
  },
)
export interface ExternalMetricStatus extends TypeOf<typeof ExternalMetricStatus> {}

export const ObjectMetricSource = struct(
  'io.k8s.api.autoscaling.v2.ObjectMetricSource',
  'A metric of one object.',
  {
    describedObject: ref(1, CrossVersionObjectReference, 'The object whose metric it is.')
      .required()
      .written(),
    target: ref(2, MetricTarget, 'What it should be.').required().written(),
    metric: ref(3, MetricIdentifier, 'Which metric.').required().written(),
  },
)
export interface ObjectMetricSource extends TypeOf<typeof ObjectMetricSource> {}

export const PodsMetricSource = struct(
  'io.k8s.api.autoscaling.v2.PodsMetricSource',
  'A metric of the pods.',
  {
    metric: ref(1, MetricIdentifier, 'Which metric.').required().written(),
    target: ref(2, MetricTarget, 'What it should be.').required().written(),
  },
)
export interface PodsMetricSource extends TypeOf<typeof PodsMetricSource> {}

export const ResourceMetricSource = struct(
  'io.k8s.api.autoscaling.v2.ResourceMetricSource',
  'A resource of the pods.',
  {
    name: string(1, 'Name of the resource.').named('v1.ResourceName').required(),
    target: ref(2, MetricTarget, 'What it should be.').required().written(),
  },
)
export interface ResourceMetricSource extends TypeOf<typeof ResourceMetricSource> {}

export const MetricSpec = struct('io.k8s.api.autoscaling.v2.MetricSpec', 'Something to scale by.', {
  type: string(1, 'Which of the fields is set, such as `Resource`.')
    .named('v2.MetricSourceType')
    .required(),
  object: ref(2, ObjectMetricSource, 'A metric of one object.'),
  pods: ref(3, PodsMetricSource, 'A metric of the pods, averaged.'),
  resource: ref(4, ResourceMetricSource, 'A resource of the pods, such as `cpu`.'),
  containerResource: ref(
    7,
    ContainerResourceMetricSource,
    'A resource of one container in each pod.',
  ),
  external: ref(5, ExternalMetricSource, 'A metric from outside the cluster.'),
})
export interface MetricSpec extends TypeOf<typeof MetricSpec> {}

export const ObjectMetricStatus = struct(
  'io.k8s.api.autoscaling.v2.ObjectMetricStatus',
  'A metric of one object, as it is.',
  {
    metric: ref(1, MetricIdentifier, 'Which metric.').required().written(),
    current: ref(2, MetricValueStatus, 'What it is.').required().written(),
    describedObject: ref(3, CrossVersionObjectReference, 'The object whose metric it is.')
      .required()
      .written(),
  },
)
export interface ObjectMetricStatus extends TypeOf<typeof ObjectMetricStatus> {}

export const PodsMetricStatus = struct(
  'io.k8s.api.autoscaling.v2.PodsMetricStatus',
  'A metric of the pods, as it is.',
  {
    metric: ref(1, MetricIdentifier, 'Which metric.').required().written(),
    current: ref(2, MetricValueStatus, 'What it is.').required().written(),
  },
)
export interface PodsMetricStatus extends TypeOf<typeof PodsMetricStatus> {}

export const ResourceMetricStatus = struct(
  'io.k8s.api.autoscaling.v2.ResourceMetricStatus',
  'A resource of the pods, as it is.',
  {
    name: string(1, 'Name of the resource.').named('v1.ResourceName').required(),
    current: ref(2, MetricValueStatus, 'What it is.').required().written(),
  },
)
export interface ResourceMetricStatus extends TypeOf<typeof ResourceMetricStatus> {}

export const MetricStatus = struct('io.k8s.api.autoscaling.v2.MetricStatus', 'What a metric is.', {
  type: string(1, 'Which of the fields is set, such as `Resource`.')
    .named('v2.MetricSourceType')
    .required(),
  object: ref(2, ObjectMetricStatus, 'A metric of one object.'),
  pods: ref(3, PodsMetricStatus, 'A metric of the pods, averaged.'),
  resource: ref(4, ResourceMetricStatus, 'A resource of the pods, such as `cpu`.'),
  containerResource: ref(
    7,
    ContainerResourceMetricStatus,
    'A resource of one container in each pod.',
  ),
  external: ref(5, ExternalMetricStatus, 'A metric from outside the cluster.'),
})
export interface MetricStatus extends TypeOf<typeof MetricStatus> {}
