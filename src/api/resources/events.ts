import { eventColumns } from '../columns/index.ts'
import type { Event } from '../core/index.ts'
import { Event as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { pathSegmentErrors, validateEvent, withMetadata } from '../validation/index.ts'

export const events: Resource<Event> = defineResource<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  struct: declared,
  columns: eventColumns,
  strategy: defineStrategy<Event>({
    allowCreateOnUpdate: true,
    ...withMetadata<Event>(
      { namespaced: true, nameErrors: pathSegmentErrors },
      { create: validateEvent },
    ),
    // Metadata of Events is looked at as that of all objects is, and no closer.
    validateUpdate: validateEvent,
  }),
  selectableFields: {
    'involvedObject.kind': (event) => event.involvedObject.kind ?? '',
    'involvedObject.namespace': (event) => event.involvedObject.namespace ?? '',
    'involvedObject.name': (event) => event.involvedObject.name ?? '',
    'involvedObject.uid': (event) => event.involvedObject.uid ?? '',
    'involvedObject.apiVersion': (event) => event.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => event.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => event.involvedObject.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    source: (event) => event.source?.component || event.reportingComponent || '',
    type: (event) => event.type ?? '',
  },
})
