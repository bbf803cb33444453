import { LabelSelector } from '../meta/index.ts'
import { int32, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const MetricTarget = struct('io.k8s.api.autoscaling.v2.MetricTarget', '', {
  averageUtilization: int32(4).nullable(),
  averageValue: quantity(3).nullable(),
  type: string(1).named('v2.MetricTargetType').required(),
  value: quantity(2).nullable(),
})
export interface MetricTarget extends TypeOf<typeof MetricTarget> {}

export const ContainerResourceMetricSource = struct(
  'io.k8s.api.autoscaling.v2.ContainerResourceMetricSource',
  '',
  {
    container: string(3).required(),
    name: string(1).named('v1.ResourceName').required(),
    target: ref(2, MetricTarget).required().written(),
  },
)
export interface ContainerResourceMetricSource
  extends TypeOf<typeof ContainerResourceMetricSource> {}

export const MetricValueStatus = struct('io.k8s.api.autoscaling.v2.MetricValueStatus', '', {
  averageUtilization: int32(3).nullable(),
  averageValue: quantity(2).nullable(),
  value: quantity(1).nullable(),
})
export interface MetricValueStatus extends TypeOf<typeof MetricValueStatus> {}

export const ContainerResourceMetricStatus = struct(
  'io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus',
  '',
  {
    container: string(3).required(),
    current: ref(2, MetricValueStatus).required().written(),
    name: string(1).named('v1.ResourceName').required(),
  },
)
export interface ContainerResourceMetricStatus
  extends TypeOf<typeof ContainerResourceMetricStatus> {}

export const CrossVersionObjectReference = struct(
  'io.k8s.api.autoscaling.v2.CrossVersionObjectReference',
  '',
  {
    apiVersion: string(3),
    kind: string(1).required(),
    name: string(2).required(),
  },
)
export interface CrossVersionObjectReference extends TypeOf<typeof CrossVersionObjectReference> {}

export const MetricIdentifier = struct('io.k8s.api.autoscaling.v2.MetricIdentifier', '', {
  name: string(1).required(),
  selector: ref(2, LabelSelector),
})
export interface MetricIdentifier extends TypeOf<typeof MetricIdentifier> {}

export const ExternalMetricSource = struct('io.k8s.api.autoscaling.v2.ExternalMetricSource', '', {
  metric: ref(1, MetricIdentifier).required().written(),
  target: ref(2, MetricTarget).required().written(),
})
export interface ExternalMetricSource extends TypeOf<typeof ExternalMetricSource> {}

export const ExternalMetricStatus = struct('io.k8s.api.autoscaling.v2.ExternalMetricStatus', '', {
  current: ref(2, MetricValueStatus).required().written(),
  metric: ref(1, MetricIdentifier).required().written(),
})
export interface ExternalMetricStatus extends TypeOf<typeof ExternalMetricStatus> {}

export const ObjectMetricSource = struct('io.k8s.api.autoscaling.v2.ObjectMetricSource', '', {
  describedObject: ref(1, CrossVersionObjectReference).required().written(),
  metric: ref(3, MetricIdentifier).required().written(),
  target: ref(2, MetricTarget).required().written(),
})
export interface ObjectMetricSource extends TypeOf<typeof ObjectMetricSource> {}

export const PodsMetricSource = struct('io.k8s.api.autoscaling.v2.PodsMetricSource', '', {
  metric: ref(1, MetricIdentifier).required().written(),
  target: ref(2, MetricTarget).required().written(),
})
export interface PodsMetricSource extends TypeOf<typeof PodsMetricSource> {}

export const ResourceMetricSource = struct('io.k8s.api.autoscaling.v2.ResourceMetricSource', '', {
  name: string(1).named('v1.ResourceName').required(),
  target: ref(2, MetricTarget).required().written(),
})
export interface ResourceMetricSource extends TypeOf<typeof ResourceMetricSource> {}

export const MetricSpec = struct('io.k8s.api.autoscaling.v2.MetricSpec', '', {
  containerResource: ref(7, ContainerResourceMetricSource),
  external: ref(5, ExternalMetricSource),
  object: ref(2, ObjectMetricSource),
  pods: ref(3, PodsMetricSource),
  resource: ref(4, ResourceMetricSource),
  type: string(1).named('v2.MetricSourceType').required(),
})
export interface MetricSpec extends TypeOf<typeof MetricSpec> {}

export const ObjectMetricStatus = struct('io.k8s.api.autoscaling.v2.ObjectMetricStatus', '', {
  current: ref(2, MetricValueStatus).required().written(),
  describedObject: ref(3, CrossVersionObjectReference).required().written(),
  metric: ref(1, MetricIdentifier).required().written(),
})
export interface ObjectMetricStatus extends TypeOf<typeof ObjectMetricStatus> {}

export const PodsMetricStatus = struct('io.k8s.api.autoscaling.v2.PodsMetricStatus', '', {
  current: ref(2, MetricValueStatus).required().written(),
  metric: ref(1, MetricIdentifier).required().written(),
})
export interface PodsMetricStatus extends TypeOf<typeof PodsMetricStatus> {}

export const ResourceMetricStatus = struct('io.k8s.api.autoscaling.v2.ResourceMetricStatus', '', {
  current: ref(2, MetricValueStatus).required().written(),
  name: string(1).named('v1.ResourceName').required(),
})
export interface ResourceMetricStatus extends TypeOf<typeof ResourceMetricStatus> {}

export const MetricStatus = struct('io.k8s.api.autoscaling.v2.MetricStatus', '', {
  containerResource: ref(7, ContainerResourceMetricStatus),
  external: ref(5, ExternalMetricStatus),
  object: ref(2, ObjectMetricStatus),
  pods: ref(3, PodsMetricStatus),
  resource: ref(4, ResourceMetricStatus),
  type: string(1).named('v2.MetricSourceType').required(),
})
export interface MetricStatus extends TypeOf<typeof MetricStatus> {}
