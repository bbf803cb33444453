import type { Kubectl } from './navarch.ts'

/** Kinds of which a portrait shows every object, but for what chance and time decide. */
const KINDS = [
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'controllerrevisions.apps',
  'replicationcontrollers',
  'jobs.batch',
  'cronjobs.batch',
  'pods',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'poddisruptionbudgets.policy',
  'horizontalpodautoscalers.autoscaling',
  'resourcequotas',
  'persistentvolumeclaims',
  'persistentvolumes',
]

interface Json {
  readonly [name: string]: unknown
}
interface ListedEvent extends Json {
  readonly involvedObject: { readonly kind: string; readonly name: string }
  readonly reason: string
  readonly message: string
  readonly type: string
  readonly action?: string
  readonly source?: { readonly component?: string }
  readonly reportingComponent?: string
  readonly eventTime?: string | null
}

/** The lines of the texts that the others do not have, with what each is about. */
export function missing(texts: readonly string[], others: readonly string[]): string[] {
  const there = new Set(others.flatMap((text) => text.split('\n')))
  return texts
    .filter((text) => !others.includes(text))
    .map((text) => {
      const lines = text.split('\n')
      const [kind = '', name = ''] = ['"kind"', '"name"'].map(
        (word) => lines.find((line) => new RegExp(`^ {1,2}${word}`).test(line))?.trim() ?? '',
      )
      return [kind, name, ...lines.filter((line) => !there.has(line))].join(' ')
    })
}

/** Text by text what a namespace has come to: objects and what was told of them. */
export async function portraitOf(kubectl: Kubectl): Promise<string[]> {
  const lists = await Promise.all([...KINDS, 'events'].map((kind) => list(kubectl, kind)))
  const events = (lists.pop() ?? []) as ListedEvent[]
  const objects = lists.flat()
  const told = events.filter(isSteady).map((event) => plain(wordsOf(event)))
  // Chance goes first: it would decide on the order of lists.
  const shown = objects.map((object) => {
    return JSON.stringify(tidy(JSON.parse(plain(JSON.stringify(object)))), null, 1)
  })
  return [...shown.sort(), ...[...new Set(told)].sort()]
}

async function list(kubectl: Kubectl, kind: string): Promise<Json[]> {
  const text = await kubectl.do(`get ${kind} -o json --show-managed-fields`)
  return (JSON.parse(text) as { items: Json[] }).items
}

/** Who scheduled how often in vain, and how a rollout went step by step, is a matter of moments. */
function isSteady({ reason, message }: ListedEvent): boolean {
  if (message.startsWith('(combined') || reason === 'ScalingReplicaSet') return false
  return !(reason === 'FailedScheduling' && /unbound immediate|ephemeral volume/.test(message))
}

function wordsOf(event: ListedEvent): string {
  const { involvedObject, type, reason, message, action = '', source } = event
  const about = `${involvedObject.kind} ${involvedObject.name}`
  const by = `${source?.component ?? ''} ${event.reportingComponent} ${event.eventTime ? 'at' : ''}`
  return `Event ${about}: ${type} ${reason} ${action}: ${message} (${by})`
}

/** Without what is drawn by lot, or a matter of moments. */
function plain(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-RAND')
    .replace(/\b(10|127)(\.\d+){3}\b/g, 'IP')
    .replace(/hollow:\/\/0+\d+/g, 'hollow://ID')
    .replace(/hollow-\d+/g, 'NODE')
}

/** Without versions, and with lists in an order of their own. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(tidy)
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([name, part]): [string, unknown][] => {
    if (LEFT_OUT.has(name)) return []
    const tidied = name === 'managedFields' ? managersOf(part as Json[]) : tidy(part)
    return isEmpty(tidied) ? [] : [[name, tidied]]
  })
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** `generation` of a slice counts the writes, which are fewer or more of as many changes. */
const LEFT_OUT = new Set([
  'resourceVersion',
  'generation',
  'observedGeneration',
  'kubectl.kubernetes.io/last-applied-configuration',
  // Kubernetes 1.33 and later.
  'endpoints.kubernetes.io/managed-by',
  'endpoints.kubernetes.io/last-change-trigger-time',
])

/** Whether nothing is told by its absence or by its being empty is a matter of the encoding. */
function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}

function managersOf(entries: readonly Json[]): string[] {
  const names = entries.map(({ manager, operation, subresource = '' }) =>
    [manager, operation, subresource].join(' '),
  )
  // Whoever was tried in vain once, before its volume was bound, bears that from then on.
  const byChance = /^(hollow|kubectl|navarch-hollow|kube-scheduler Update status)/
  return names.filter((name) => !byChance.test(name)).sort()
}
