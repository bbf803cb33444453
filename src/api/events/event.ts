import { EventSource, ObjectReference } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { int32, microTime, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const EventsEventSeries = struct('io.k8s.api.events.v1.EventSeries', '', {
  count: int32(1).required(),
  lastObservedTime: microTime(2).required().written(),
})
export interface EventsEventSeries extends TypeOf<typeof EventsEventSeries> {}

export const EventsEvent = struct('io.k8s.api.events.v1.Event', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  action: string(6),
  deprecatedCount: int32(15),
  deprecatedFirstTimestamp: time(13).written(),
  deprecatedLastTimestamp: time(14).written(),
  deprecatedSource: ref(12, EventSource).written(),
  eventTime: microTime(2).required().written(),
  note: string(10),
  reason: string(7),
  regarding: ref(8, ObjectReference).written(),
  related: ref(9, ObjectReference),
  reportingController: string(4),
  reportingInstance: string(5),
  series: ref(3, EventsEventSeries),
  type: string(11),
})
export interface EventsEvent extends TypeOf<typeof EventsEvent> {}
