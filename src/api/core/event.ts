import { int32, microTime, ref, string, struct, time, type TypeOf } from '../schema/index.ts'
import { ObjectReference } from './reference.ts'
import { ObjectMeta } from '../meta/index.ts'

export const EventSeries = struct('io.k8s.api.core.v1.EventSeries', 'An event that goes on.', {
  count: int32(1, 'How often it happened.'),
  lastObservedTime: microTime(2, 'When it happened last.').written(),
})
export interface EventSeries extends TypeOf<typeof EventSeries> {}

export const EventSource = struct('io.k8s.api.core.v1.EventSource', 'Who tells of an event.', {
  component: string(1, 'Name of the part of the system.'),
  host: string(2, 'Node on which that part runs.'),
})
export interface EventSource extends TypeOf<typeof EventSource> {}

export const Event = struct(
  'io.k8s.api.core.v1.Event',
  'Something that happened, told by a part of the system.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.')
      .required()
      .always(),
    involvedObject: ref(2, ObjectReference, 'What it is about.').required().written(),
    reason: string(3, 'Why, in one CamelCase word, for programs.'),
    message: string(4, 'What happened, for people.'),
    source: ref(5, EventSource, 'Who tells, as written formerly.').written(),
    firstTimestamp: time(6, 'When it happened first.').written(),
    lastTimestamp: time(7, 'When it happened last.').written(),
    count: int32(8, 'How often it happened.'),
    type: string(9, '`Normal` or `Warning`.'),
    eventTime: microTime(10, 'When it was noticed first.').written(),
    series: ref(11, EventSeries, 'How often it goes on, if it does.'),
    action: string(12, 'What was done or failed.'),
    related: ref(13, ObjectReference, 'A second object that has to do with it.'),
    reportingComponent: string(14, 'Who tells, such as `kubelet`.').written(),
    reportingInstance: string(15, "Which of them, such as a node's name.").written(),
  },
)
export interface Event extends TypeOf<typeof Event> {}
