import assert from 'node:assert/strict'
import { StatusError } from '../../../src/base/index.ts'
import {
  allResources,
  decodeBody,
  decodeJson,
  invalidObject,
  type KubeObject,
  parsePatch,
  patchKindOf,
  type Resource,
  toJsonValue,
} from '../../../src/api/index.ts'
import { differences } from './compare.ts'
import { isKnownToDiffer, recordedSteps, type Step } from './facts.ts'

const scenarios = ['02-crud', '03-pods', '04-services', '05-workloads', '10-patches']

/** Answers that options, allocation, names in URLs, or upstream's object differ decide. */
const decidedElsewhere = new Set<string>([
  '02-crud put-stale',
  '02-crud put-name-mismatch',
  '02-crud put-ns-mismatch',
  '02-crud put-uid-mismatch',
  '02-crud put-bad-rv',
  '03-pods change-command',
  '03-pods change-node',
  '10-patches smp-type',
  '10-patches smp-rv-stale',
  '10-patches name-change',
  '10-patches kind-change',
  '10-patches force-bad',
])

const object = new RegExp(
  '^/apis?/(?:([a-z.0-9]+\\.[a-z.0-9]+|apps)/)?(v1)/' +
    '(?:namespaces/([^/]+)/)?([a-z]+)/([^/?]+)(/status)?(?:\\?.*)?$',
)

interface Target {
  readonly resource: Resource
  readonly key: string
  readonly isStatus: boolean
}

function target(step: Step): Target | undefined {
  const match = object.exec(step.path)
  const [, group = '', version, namespace = '', plural, name = '', status] = match ?? []
  const resource = allResources.find(
    (r) => r.group === group && r.version === version && r.plural === plural,
  )
  if (match === null || resource === undefined) return undefined
  return { resource, key: `${plural}/${namespace}/${name}`, isStatus: status !== undefined }
}

/** What the API server makes of an update, without admission, allocation and storage. */
function update(step: Step, of: Target, current: KubeObject): unknown {
  const { resource } = of
  const body = Buffer.from(typeof step.body === 'string' ? step.body : JSON.stringify(step.body))
  let next: KubeObject
  if (step.method === 'PUT') next = decodeBody<KubeObject>(resource, body, 'json').object
  else {
    const kind = patchKindOf(step.headers?.['content-type'] ?? '')
    assert.ok(kind !== undefined, `${step.id}: kind of patch`)
    const patched = parsePatch(kind, body).apply(
      resource.struct,
      toJsonValue(resource.struct, current),
    )
    next = decodeJson<KubeObject>(resource.struct, patched)
  }
  const meta = next.metadata
  meta.uid ??= current.metadata.uid ?? ''
  meta.creationTimestamp ??= current.metadata.creationTimestamp ?? ''
  meta.namespace ??= current.metadata.namespace ?? ''
  if (meta.namespace === '') delete meta.namespace
  const { strategy } = resource
  strategy.applyDefaults(next)
  const errors = of.isStatus
    ? statusErrors(resource, next, current)
    : specErrors(resource, next, current)
  if (errors.length > 0) throw invalidObject(resource, meta.name ?? '', errors)
  return toJsonValue(resource.struct, next)
}

function specErrors({ strategy }: Resource, next: KubeObject, current: KubeObject) {
  strategy.prepareForUpdate(next, current)
  return strategy.validateUpdate(next, current)
}

function statusErrors({ strategy }: Resource, next: KubeObject, current: KubeObject) {
  strategy.prepareForStatusUpdate(next, current)
  return strategy.validateStatusUpdate(next, current)
}

const isWrite = (step: Step) => step.method === 'PUT' || step.method === 'PATCH'

/** The answer with names that can be names. */
function answerOf(step: Step): unknown {
  const text = JSON.stringify(step.answer?.body ?? null)
  return JSON.parse(text.replaceAll('<suffix>', 'aaaaa'))
}

/** One step's faults; what was answered becomes the state. */
function replay(scenario: string, step: Step, state: Map<string, KubeObject>): string[] {
  const of = target(step)
  const status = step.answer?.status ?? 0
  const body = answerOf(step)
  const current = of && state.get(of.key)
  const faults: string[] = []
  const isApply = step.headers?.['content-type']?.includes('apply') === true
  const decided = decidedElsewhere.has(`${scenario} ${step.id}`)
  const known = !decided && !isApply && !isKnownToDiffer(scenario, step.id)
  if (of && current && isWrite(step) && known && [200, 400, 422, 500].includes(status)) {
    try {
      const result = update(step, of, structuredClone(current))
      if (status === 200) faults.push(...differences(step.id, result, body))
      else faults.push(`${step.id}: accepted, expected ${(body as { message: string }).message}`)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      const expected = (body as { message?: string }).message ?? 'acceptance'
      if (error.message !== expected) faults.push(`${step.id}\n  ${expected}\n  ${error.message}`)
    }
  }
  const isDry = step.path.includes('dryRun')
  if (status < 300 && !isDry) remember(step, state)
  return faults
}

function remember(step: Step, state: Map<string, KubeObject>): void {
  const body = answerOf(step) as KubeObject | undefined
  const resource = allResources.find((r) => r.kind === body?.kind)
  if (!body?.metadata?.name || resource === undefined || step.method === 'DELETE') return
  const text = JSON.stringify(body)
  const filled = text
    .replaceAll('"<time>"', '"2024-01-01T00:00:00Z"')
    .replaceAll('"<microtime>"', 'null')
    .replaceAll('"<nodePort>"', '30000')
    .replaceAll('"<clusterIP>"', '"10.96.0.99"')
  const key = `${resource.plural}/${body.metadata.namespace ?? ''}/${body.metadata.name}`
  state.set(key, decodeJson<KubeObject>(resource.struct, JSON.parse(filled)))
}

describe('updates, as Kubernetes 1.32 answered them', () => {
  for (const scenario of scenarios) {
    it(scenario, function () {
      const state = new Map<string, KubeObject>()
      const faults = recordedSteps(this, scenario).flatMap((step) => replay(scenario, step, state))
      assert.ok(state.size > 0, 'nothing was compared')
      assert.deepEqual(faults, [], faults.join('\n'))
    })
  }
})
