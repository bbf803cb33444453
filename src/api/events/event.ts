import { EventSource, ObjectReference } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { int32, microTime, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const EventsEventSeries = struct(
  'io.k8s.api.events.v1.EventSeries',
  'An event that goes on.',
  {
    count: int32(1, 'How often it happened.').required(),
    lastObservedTime: microTime(2, 'When it happened last.').required().written(),
  },
)
export interface EventsEventSeries extends TypeOf<typeof EventsEventSeries> {}

export const EventsEvent = struct(
  'io.k8s.api.events.v1.Event',
  'Something that happened, told by a part of the system.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    eventTime: microTime(2, 'When it was noticed first.').required().written(),
    series: ref(3, EventsEventSeries, 'How often it goes on, if it does.'),
    reportingController: string(4, 'Who tells, such as `kubernetes.io/kubelet`.'),
    reportingInstance: string(5, "Which of them, such as a node's name."),
    action: string(6, 'What was done or failed.'),
    reason: string(7, 'Why, in one CamelCase word, for programs.'),
    regarding: ref(8, ObjectReference, 'What it is about.').written(),
    related: ref(9, ObjectReference, 'A second object that has to do with it.'),
    note: string(10, 'What happened, for people.'),
    type: string(11, '`Normal` or `Warning`.'),
    deprecatedSource: ref(12, EventSource, 'Who tells, as written formerly.').written(),
    deprecatedFirstTimestamp: time(13, 'When it happened first.').written(),
    deprecatedLastTimestamp: time(14, 'When it happened last.').written(),
    deprecatedCount: int32(15, 'How often it happened.'),
  },
)
export interface EventsEvent extends TypeOf<typeof EventsEvent> {}
