import { fromCoreEvent, toCoreEvent } from '../conversion/index.ts'
import { EventsEvent } from '../events/index.ts'
import type { Resource } from '../schema/index.ts'
import { convertedColumns, convertedStrategy, defineResource, storedAs } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateNewEvent,
  validateNewEventUpdate,
  withMetadata,
} from '../validation/index.ts'
import { events } from './events.ts'

const kept = storedAs(events, { to: toCoreEvent, from: fromCoreEvent })

/** Events of the newer group, which are kept as core Events: one object in two versions. */
export const eventsEvents: Resource<EventsEvent> = defineResource({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  struct: EventsEvent,
  storedAs: kept,
  columns: convertedColumns(kept),
  strategy: {
    ...convertedStrategy(kept),
    ...withMetadata<EventsEvent>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      {
        create: (event) => validateNewEvent(toCoreEvent(event)),
        update: (event, old) => validateNewEventUpdate(toCoreEvent(event), toCoreEvent(old)),
      },
    ),
  },
  selectableFields: {
    'regarding.kind': (event) => event.regarding?.kind ?? '',
    'regarding.namespace': (event) => event.regarding?.namespace ?? '',
    'regarding.name': (event) => event.regarding?.name ?? '',
    'regarding.uid': (event) => event.regarding?.uid ?? '',
    'regarding.apiVersion': (event) => event.regarding?.apiVersion ?? '',
    'regarding.resourceVersion': (event) => event.regarding?.resourceVersion ?? '',
    'regarding.fieldPath': (event) => event.regarding?.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingController: (event) => event.reportingController ?? '',
    type: (event) => event.type ?? '',
  },
})
