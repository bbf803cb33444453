import assert from 'node:assert/strict'
import { StatusError } from '../../../src/base/index.ts'
import {
  allResources,
  apiVersionOf,
  decodeBody,
  invalidObject,
  type KubeObject,
  type Resource,
  toJsonValue,
} from '../../../src/api/index.ts'
import { differences } from './compare.ts'
import { isKnownToDiffer, recordedSteps, type Step } from './facts.ts'

const scenarios = [
  '02-crud',
  '03-pods',
  '04-services',
  '05-workloads',
  '06-validation-workloads',
  '07-validation-pods',
  '08-validation-others',
  '20-defaults',
]

/** Answers that options, allocation or what is stored already decide. */
const decidedElsewhere = new Set<string>([
  '02-crud create-wrong-ns',
  '02-crud dry-run-bad',
  // Admission gives the pod its account, without which it may have no token.
  '03-pods rich',
  '04-services nodeport-taken',
  '04-services nodeport-range',
  '04-services fixed-ip-taken',
  '04-services ip-outside',
  '04-services dual-require',
  '04-services ipv6',
  // Admission protects what is in use, and the registry notes the time of a phase.
  '20-defaults pv',
  '20-defaults pvc',
])

const root =
  /^\/apis?\/(?:([a-z.0-9]+\.[a-z.0-9]+|apps)\/)?(v1)\/(?:namespaces\/([^/]+)\/)?([a-z]+)(?:\?.*)?$/

/** The resource that a creation is about, and the namespace in its path. */
function target(step: Step): { resource: Resource; namespace: string | undefined } | undefined {
  if (step.method !== 'POST' || typeof step.body !== 'object') return undefined
  const match = root.exec(step.path)
  if (match === null) return undefined
  const [, group = '', version, namespace, plural] = match
  const resource = allResources.find(
    (r) => r.group === group && r.version === version && r.plural === plural,
  )
  // Of virtual ones nothing is created: a handler answers.
  return resource?.virtual ? undefined : resource && { resource, namespace }
}

/** What the API server does with a new object, without admission, allocation and storage. */
function create(resource: Resource, body: unknown, namespace: string | undefined): KubeObject {
  const bytes = Buffer.from(JSON.stringify(body))
  const isKnownKind = (apiVersion: string, kind: string) =>
    allResources.some((r) => apiVersionOf(r) === apiVersion && r.kind === kind)
  const { object } = decodeBody<KubeObject>(resource, bytes, 'json', { isKnownKind })
  if (namespace !== undefined) object.metadata.namespace ??= namespace
  const { generateName, name } = object.metadata
  if (!name && generateName) object.metadata.name = `${generateName}00000`
  resource.strategy.applyDefaults(object)
  resource.strategy.prepareForCreate(object)
  const errors = resource.strategy.validateCreate(object)
  if (errors.length > 0) throw invalidObject(resource, object.metadata.name ?? '', errors)
  return object
}

function outcome(make: () => unknown): { message: string } | { object: unknown } {
  try {
    return { object: make() }
  } catch (error) {
    if (error instanceof StatusError) return { message: error.message }
    throw error
  }
}

const REFUSED = new Set([400, 422])

describe('creation, as Kubernetes 1.32 answered it', () => {
  for (const scenario of scenarios) {
    it(scenario, function () {
      const faults: string[] = []
      let compared = 0
      for (const step of recordedSteps(this, scenario)) {
        const of = target(step)
        const { status = 0, body } = step.answer ?? {}
        if (of === undefined || decidedElsewhere.has(`${scenario} ${step.id}`)) continue
        if (isKnownToDiffer(scenario, step.id)) continue
        const { resource, namespace } = of
        const result = outcome(() => create(resource, step.body, namespace))
        const expected = (body ?? {}) as { message?: string }
        if (REFUSED.has(status)) {
          compared++
          const actual = 'message' in result ? result.message : 'accepted'
          if (actual !== expected.message)
            faults.push(`${step.id}\n  ${expected.message}\n  ${actual}`)
        } else if (status === 201) {
          compared++
          if ('message' in result) faults.push(`${step.id}: refused: ${result.message}`)
          else
            faults.push(...differences(step.id, toJsonValue(resource.struct, result.object), body))
        }
      }
      assert.ok(compared > 0, 'nothing to compare')
      assert.deepEqual(faults, [], faults.join('\n'))
    })
  }
})
