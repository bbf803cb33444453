import { int32, microTime, ref, string, struct, time, type TypeOf } from '../schema/index.ts'
import { ObjectReference } from './reference.ts'
import { ObjectMeta } from '../meta/index.ts'

export const EventSeries = struct('io.k8s.api.core.v1.EventSeries', '', {
  count: int32(1),
  lastObservedTime: microTime(2).written(),
})
export interface EventSeries extends TypeOf<typeof EventSeries> {}

export const EventSource = struct('io.k8s.api.core.v1.EventSource', '', {
  component: string(1),
  host: string(2),
})
export interface EventSource extends TypeOf<typeof EventSource> {}

export const Event = struct('io.k8s.api.core.v1.Event', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).required().always(),
  action: string(12),
  count: int32(8),
  eventTime: microTime(10).written(),
  firstTimestamp: time(6).written(),
  involvedObject: ref(2, ObjectReference).required().written(),
  lastTimestamp: time(7).written(),
  message: string(4),
  reason: string(3),
  related: ref(13, ObjectReference),
  reportingComponent: string(14).written(),
  reportingInstance: string(15).written(),
  series: ref(11, EventSeries),
  source: ref(5, EventSource).written(),
  type: string(9),
})
export interface Event extends TypeOf<typeof Event> {}
