import type { DeepReadonly } from '../../base/index.ts'
import type { ControllerRevision, Deployment } from '../apps/index.ts'
import type { Lease } from '../coordination/index.ts'
import { Event, type Namespace } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { validateCollisions, validateCounts, validateParts } from './counts.ts'
import { invalid, required } from './field-errors.ts'
import { goFieldText, goRawExtension } from './go-text.ts'
import { IMMUTABLE_ERROR, standardFinalizerErrors } from './metadata.ts'
import { qualifiedNameErrors } from './names.ts'
import { each, nonNegative } from './pod/common.ts'

export function validateNamespace(namespace: DeepReadonly<Namespace>): FieldError[] {
  const finalizers = namespace.spec?.finalizers ?? []
  return finalizers.flatMap((name) =>
    each('spec.finalizers', name, [...qualifiedNameErrors(name), ...standardFinalizerErrors(name)]),
  )
}

/** The phase follows the deletion. */
export function validateNamespaceStatus(namespace: DeepReadonly<Namespace>): FieldError[] {
  const { phase = '' } = namespace.status ?? {}
  const isDeleted = namespace.metadata.deletionTimestamp !== undefined
  const wanted = isDeleted ? 'Terminating' : 'Active'
  if (phase === wanted) return []
  const state = isDeleted ? 'is not empty' : 'is empty'
  const detail = `may only be '${wanted}' if \`deletionTimestamp\` ${state}`
  return [invalid('status.Phase', phase, detail)]
}

export function validateLease({ spec }: DeepReadonly<Lease>): FieldError[] {
  const errors: FieldError[] = []
  const seconds = spec?.leaseDurationSeconds
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'))
  }
  errors.push(...nonNegative('spec.leaseTransitions', spec?.leaseTransitions))
  return errors
}

export function validateControllerRevision(
  revision: DeepReadonly<ControllerRevision>,
): FieldError[] {
  const errors: FieldError[] = []
  if (revision.data === undefined || revision.data === null) {
    errors.push(required('data', 'data is mandatory'))
  } else if (typeof revision.data !== 'object' || Array.isArray(revision.data)) {
    errors.push(required('data', 'data must be a valid JSON object'))
  }
  return [...nonNegative('revision', revision.revision), ...errors]
}

export function validateControllerRevisionUpdate(
  revision: DeepReadonly<ControllerRevision>,
  old: DeepReadonly<ControllerRevision>,
): FieldError[] {
  const errors = nonNegative('revision', revision.revision)
  if (semanticEqual(revision.data, old.data)) return errors
  return [...errors, invalid('data', goRawExtension(revision.data), IMMUTABLE_ERROR)]
}

const MAX_EVENT_WORD = 128
const MAX_EVENT_MESSAGE = 1024
const NAMESPACE_ERROR = 'does not match event.namespace'

/** What an event's reporter is called in a version of the API. */
type ReporterField = 'reportingComponent' | 'reportingController'

/** An event lives where its object lives; one about a cluster-scoped object in `default`. */
export function validateEvent(event: DeepReadonly<Event>): FieldError[] {
  return validateEventAs(event, 'reportingComponent')
}

function validateEventAs(event: DeepReadonly<Event>, reporterField: ReporterField): FieldError[] {
  const { namespace = '' } = event.metadata
  const about = event.involvedObject?.namespace ?? ''
  const errors: FieldError[] = []
  const homes = event.eventTime ? ['default', 'kube-system'] : ['', 'default']
  const isElsewhere = about !== '' && !event.eventTime && about !== namespace
  if (isElsewhere || (about === '' && !homes.includes(namespace))) {
    errors.push(invalid('involvedObject.namespace', about, NAMESPACE_ERROR))
  }
  // Only the newer kind of events, which have an eventTime, must say all of these.
  if (!event.eventTime) return errors
  const reporter = event.reportingComponent ?? ''
  if (reporter === '') errors.push(required(reporterField))
  errors.push(...each(reporterField, reporter, qualifiedNameErrors(reporter)))
  for (const field of ['reportingInstance', 'action', 'reason'] as const) {
    const value = event[field] ?? ''
    if (value === '') errors.push(required(field))
    if (value.length > MAX_EVENT_WORD) {
      errors.push(invalid(field, '', `can have at most ${MAX_EVENT_WORD} characters`))
    }
  }
  if ((event.message?.length ?? 0) > MAX_EVENT_MESSAGE) {
    errors.push(invalid('message', '', `can have at most ${MAX_EVENT_MESSAGE} characters`))
  }
  return errors
}

const NEW_EVENT_TYPES = ['Normal', 'Warning']
const MIN_SERIES = 2

/** A new Event of `events.k8s.io`, which says all that core ones need not (KEP-383). */
export function validateNewEvent(event: DeepReadonly<Event>): FieldError[] {
  const errors = [...validateEventAs(event, 'reportingController'), ...validateSeries(event)]
  const { type = '' } = event
  if (!event.eventTime) errors.push(required('eventTime'))
  if (!NEW_EVENT_TYPES.includes(type)) {
    errors.push(invalid('type', '', `has invalid value: ${type}`))
  }
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count'] as const) {
    if (event[field]) errors.push(invalid(field, '', 'needs to be unset'))
  }
  if (event.source?.component || event.source?.host) {
    errors.push(invalid('source', '', 'needs to be unset'))
  }
  return errors
}

function validateSeries({ series }: DeepReadonly<Event>): FieldError[] {
  if (!series) return []
  const errors: FieldError[] = []
  if ((series.count ?? 0) < MIN_SERIES) {
    errors.push(invalid('series.count', '', 'should be at least 2'))
  }
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'))
  return errors
}

const EVENT_KEPT = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
] as const

/** Of an Event of `events.k8s.io` nothing may change but how often it goes on. */
export function validateNewEventUpdate(
  event: DeepReadonly<Event>,
  old: DeepReadonly<Event>,
): FieldError[] {
  const errors = validateEventAs(event, 'reportingController')
  if (!semanticEqual(event.series, old.series)) errors.push(...validateSeries(event))
  for (const field of EVENT_KEPT) {
    const [now, was] = [event[field], old[field]]
    if (semanticEqual(now || undefined, was || undefined)) continue
    const path = field === 'reportingComponent' ? 'reportingController' : field
    errors.push(invalid(path, shownField(field, now), IMMUTABLE_ERROR))
  }
  return errors
}

function shownField(field: (typeof EVENT_KEPT)[number], value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? ''
  return goFieldText(Event, field, value)
}

/** A part is not more than the whole. */
export function validateDeploymentStatus(
  { status }: DeepReadonly<Deployment>,
  old: DeepReadonly<Deployment>,
): FieldError[] {
  return [
    ...validateCounts({ ...status }, [
      'observedGeneration',
      'replicas',
      'updatedReplicas',
      'readyReplicas',
      'availableReplicas',
      'unavailableReplicas',
      'collisionCount',
    ]),
    ...validateParts(status, { names: ['updatedReplicas', 'readyReplicas', 'availableReplicas'] }),
    ...validateCollisions(status, old.status),
  ]
}
