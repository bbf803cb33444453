import type { Lease } from '../coordination/index.ts'
import type { ConfigMap, Event, Namespace, Secret, ServiceAccount } from '../core/index.ts'
import type { Column } from '../schema/index.ts'
import { ageColumn, column, nameColumn, sinceTime, wide } from './common.ts'

export const namespaceColumns: readonly Column<Namespace>[] = [
  nameColumn(),
  column('Status', 'Active, or being deleted.', ({ status }) => status?.phase ?? ''),
  ageColumn(),
]

export const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn(),
  column(
    'Data',
    'Number of entries.',
    ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
  ),
  ageColumn(),
]

export const secretColumns: readonly Column<Secret>[] = [
  nameColumn(),
  column('Type', 'What the secret is for.', ({ type }) => type ?? ''),
  column('Data', 'Number of entries.', ({ data = {} }) => Object.keys(data).length),
  ageColumn(),
]

export const serviceAccountColumns: readonly Column<ServiceAccount>[] = [
  nameColumn(),
  column('Secrets', 'Number of secrets that belong to it.', ({ secrets }) => secrets?.length ?? 0),
  ageColumn(),
]

export const leaseColumns: readonly Column<Lease>[] = [
  nameColumn(),
  column('Holder', 'Who holds the lease.', ({ spec }) => spec?.holderIdentity ?? ''),
  ageColumn(),
]

export const eventColumns: readonly Column<Event>[] = [
  column('Last Seen', 'How long ago it happened last.', lastSeen),
  column('Type', 'Normal, or Warning.', ({ type }) => type ?? ''),
  column('Reason', 'Why it happened, in one word.', ({ reason }) => reason ?? ''),
  column('Object', 'What it is about.', ({ involvedObject: { kind = '', name } }) =>
    name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase(),
  ),
  wide('Subobject', 'Which part of it.', ({ involvedObject }) => involvedObject.fieldPath ?? ''),
  wide('Source', 'Who says so.', sourceOf),
  column('Message', 'What happened.', ({ message }) => (message ?? '').trim()),
  wide('First Seen', 'How long ago it happened first.', firstSeen),
  wide('Count', 'How often it happened.', ({ series, count }) =>
    series ? (series.count ?? 0) : count || 1,
  ),
  nameColumn(1),
]

function firstSeen(event: Event, { nowMs }: { nowMs: number }): string {
  return sinceTime(event.firstTimestamp ?? event.eventTime, nowMs)
}

function lastSeen(event: Event, context: { nowMs: number }): string {
  if (event.series) return sinceTime(event.series.lastObservedTime, context.nowMs)
  if (event.lastTimestamp) return sinceTime(event.lastTimestamp, context.nowMs)
  return firstSeen(event, context)
}

function sourceOf({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || ''
  const instance = source?.host || reportingInstance || ''
  return instance === '' ? component : `${component}, ${instance}`
}
