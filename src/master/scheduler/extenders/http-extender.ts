import {
  type Clock,
  type HttpsCall,
  type HttpsTarget,
  readBody,
  withTimeout,
} from '../../../base/index.ts'
import type { ExtenderConfig } from '../config/index.ts'
import type { Candidate } from '../framework/post-filter.ts'
import { MAX_NODE_SCORE, type NodeView, type PodView } from '../framework/types.ts'
import type { Extender, Filtered } from './types.ts'

/** Scores of extenders go from 0 to this (kube-scheduler's `MaxExtenderPriority`). */
const MAX_EXTENDER_SCORE = 10
const ANSWER_BYTES_MAX = 16 * 1024 * 1024

export interface HttpExtenderParts {
  readonly config: ExtenderConfig
  readonly target: HttpsTarget
  readonly call: HttpsCall
  readonly clock: Clock
}

type Call = { readonly signal: AbortSignal }
type Fields = Readonly<Record<string, unknown>>

/** An extender over HTTP, in the words of `k8s.io/kube-scheduler/extender/v1`. */
export function httpExtender(parts: HttpExtenderParts): Extender {
  const { config } = parts
  const managed = new Set(config.managedResources.map(({ name }) => name))
  const post = (verb: string, body: object, call: Call) => send(parts, { verb, body }, call)
  const { filterVerb, prioritizeVerb, preemptVerb, bindVerb } = config
  return {
    name: config.urlPrefix,
    ignorable: config.ignorable,
    ignoredResources: config.managedResources.flatMap(({ name, ignoredByScheduler }) =>
      ignoredByScheduler ? name : [],
    ),
    isInterested: (pod) => managed.size === 0 || wantsOneOf(pod, managed),
    ...(filterVerb !== '' && {
      filter: async (pod, nodes, call) =>
        filtered(await post(filterVerb, nodesArgs(config, pod, nodes), call), nodes),
    }),
    ...(prioritizeVerb !== '' && {
      prioritize: async (pod, nodes, call) =>
        scores(await post(prioritizeVerb, nodesArgs(config, pod, nodes), call), config.weight),
    }),
    ...(preemptVerb !== '' && {
      preempt: async (pod, candidates, call) =>
        remaining(await post(preemptVerb, preemptArgs(config, pod, candidates), call), candidates),
    }),
    ...(bindVerb !== '' && {
      bind: async ({ metadata }, nodeName, call) => {
        const { name, namespace, uid } = metadata
        const body = { PodName: name, PodNamespace: namespace, PodUID: uid, Node: nodeName }
        throwIfError(fieldsOf(await post(bindVerb, body, call)))
      },
    }),
  }
}

function wantsOneOf({ spec }: PodView, managed: ReadonlySet<string>): boolean {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  return containers.some(({ resources }) =>
    [resources?.requests, resources?.limits].some((list) =>
      Object.keys(list ?? {}).some((name) => managed.has(name)),
    ),
  )
}

function nodesArgs(config: ExtenderConfig, pod: PodView, nodes: readonly NodeView[]): object {
  return config.nodeCacheCapable
    ? { Pod: pod, Nodes: null, NodeNames: nodes.map(({ metadata }) => metadata.name) }
    : { Pod: pod, Nodes: { metadata: {}, items: nodes }, NodeNames: null }
}

function filtered(answer: unknown, nodes: readonly NodeView[]): Filtered {
  const fields = fieldsOf(answer)
  throwIfError(fields)
  const known = new Set(nodes.map(({ metadata }) => metadata.name))
  const items = asList(fieldsOf(fields['nodes'])['items'])
  const named = items.map((item) => String(fieldsOf(fieldsOf(item)['metadata'])['name']))
  // A list of names counts before the nodes themselves.
  const names = fields['nodenames'] ? asList(fields['nodenames']).map(String) : named
  const stranger = names.find((name) => !known.has(name))
  if (stranger !== undefined) {
    throw new Error(`extender claims a filtered node "${stranger}" which is not found in the input`)
  }
  return {
    fits: new Set(names),
    failed: reasons(fields['failednodes']),
    unresolvable: reasons(fields['failedandunresolvablenodes']),
  }
}

function reasons(value: unknown): Map<string, string> {
  const own = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return new Map(own.map(([node, reason]) => [node, String(reason)]))
}

function scores(answer: unknown, weight: number): Map<string, number> {
  const scale = (weight * MAX_NODE_SCORE) / MAX_EXTENDER_SCORE
  return new Map(
    asList(answer).map((item) => {
      const { host, score } = fieldsOf(item)
      return [String(host), Number(score) * scale]
    }),
  )
}

function preemptArgs(
  config: ExtenderConfig,
  pod: PodView,
  candidates: readonly Candidate[],
): object {
  const byNode = (podsOf: (candidate: Candidate) => readonly object[]) =>
    Object.fromEntries(
      candidates.map((each) => [
        each.nodeName,
        { Pods: podsOf(each), NumPDBViolations: each.violations },
      ]),
    )
  return config.nodeCacheCapable
    ? {
        Pod: pod,
        NodeNameToVictims: null,
        NodeNameToMetaVictims: byNode(({ victims }) =>
          victims.map(({ metadata }) => ({ UID: metadata.uid })),
        ),
      }
    : { Pod: pod, NodeNameToVictims: byNode(({ victims }) => victims), NodeNameToMetaVictims: null }
}

function remaining(answer: unknown, candidates: readonly Candidate[]): Candidate[] {
  const byNode = fieldsOf(answer)['nodenametometavictims']
  const entries = typeof byNode === 'object' && byNode !== null ? Object.entries(byNode) : []
  return entries.map(([nodeName, value]) => {
    const victims = fieldsOf(value)
    const candidate = candidates.find((each) => each.nodeName === nodeName)
    const uids = asList(victims['pods']).map((pod) => String(fieldsOf(pod)['uid']))
    const chosen = candidate?.victims.filter(({ metadata }) => uids.includes(metadata.uid)) ?? []
    if (!candidate || chosen.length < uids.length) {
      throw new Error(
        `extender claims to preempt a pod on "${nodeName}" which was not in the input`,
      )
    }
    return { ...candidate, victims: chosen, violations: Number(victims['numpdbviolations'] ?? 0) }
  })
}

async function send(
  { config, target, call, clock }: HttpExtenderParts,
  { verb, body }: { verb: string; body: object },
  { signal }: Call,
): Promise<unknown> {
  const url = `${config.urlPrefix.replace(/\/+$/, '')}/${verb}`
  const { host, pathname, search } = new URL(url)
  const late = () => new Error(`Post "${url}": context deadline exceeded`)
  const work = async (limited: AbortSignal): Promise<unknown> => {
    const response = await call(target, {
      method: 'POST',
      url: pathname + search,
      headers: { host, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      signal: limited,
    })
    const tooLong = () => new Error(`Post "${url}": the answer is too long`)
    const bytes = await readBody(response.body, ANSWER_BYTES_MAX, tooLong)
    if (response.status === 200) return JSON.parse(Buffer.from(bytes).toString('utf8'))
    throw new Error(`failed ${verb} with extender at URL ${url}, code ${response.status}`)
  }
  return withTimeout(clock, config.timeoutMs, late, work, { signal })
}

function throwIfError(fields: Fields): void {
  if (typeof fields['error'] === 'string' && fields['error'] !== '')
    throw new Error(fields['error'])
}

/** The fields by name in lower case: Go, in which most extenders are written, reads any case. */
function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name.toLowerCase(), of]))
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
