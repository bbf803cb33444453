import type { Event } from '../core/index.ts'
import { toJsonValue } from '../codec/index.ts'
import { EventsEvent } from '../events/index.ts'

/** An `events.k8s.io` Event as the core Event that is kept. */
export function toCoreEvent(event: EventsEvent): Event {
  const {
    apiVersion: _,
    regarding,
    note,
    reportingController,
    deprecatedSource,
    deprecatedCount,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    ...same
  } = event
  return structuredClone({
    ...same,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    source: deprecatedSource ?? {},
    ...given('message', note),
    ...given('reportingComponent', reportingController),
    ...given('count', deprecatedCount),
    ...given('firstTimestamp', deprecatedFirstTimestamp),
    ...given('lastTimestamp', deprecatedLastTimestamp),
  })
}

/** A core Event as `events.k8s.io` tells it. */
export function fromCoreEvent(event: Event): EventsEvent {
  const {
    apiVersion: _,
    involvedObject,
    source,
    message,
    reportingComponent,
    count,
    firstTimestamp,
    lastTimestamp,
    ...same
  } = event
  // A core Event need not have a time or the parts of a series: they are empty then, as upstream.
  const written: unknown = toJsonValue(EventsEvent, {
    ...structuredClone(same),
    apiVersion: 'events.k8s.io/v1',
    regarding: involvedObject,
    deprecatedSource: source ?? {},
    ...given('note', message),
    ...given('reportingController', reportingComponent),
    ...given('deprecatedCount', count),
    ...given('deprecatedFirstTimestamp', firstTimestamp),
    ...given('deprecatedLastTimestamp', lastTimestamp),
  })
  return written as EventsEvent
}

function given<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  const record: { [key in K]?: T } = {}
  if (value !== undefined) record[key] = value
  return record
}
