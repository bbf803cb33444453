import { type JsonObject, type JsonPatchOperation } from '../../../api/index.ts'
import type { RequestView } from '../matching/index.ts'
import { WebhookError } from './call.ts'

const GROUP = 'admission.k8s.io'
/** Versions of AdmissionReview that the server speaks, in order of preference. */
const VERSIONS = ['v1', 'v1beta1']

/** What a webhook said of a request. */
export interface Verdict {
  readonly allowed: boolean
  readonly status: {
    readonly code?: number
    readonly message?: string
    readonly reason?: string
    readonly details?: object
  }
  readonly patch: readonly JsonPatchOperation[] | undefined
  readonly warnings: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
}

/** An AdmissionReview to be sent, in the first version that the webhook reads. */
export function reviewOf(
  view: RequestView,
  of: { uid: string; versions: readonly string[] },
): JsonObject {
  const version = VERSIONS.find((each) => of.versions.includes(each)) ?? 'v1'
  const { json, object, oldObject } = view
  return {
    kind: 'AdmissionReview',
    apiVersion: `${GROUP}/${version}`,
    request: { uid: of.uid, ...json, object, oldObject },
  }
}

type Loose = Readonly<Record<string, unknown>>

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads the answer to `review`. Throws `WebhookError`. */
export function readVerdict(
  answer: unknown,
  review: JsonObject,
  of: { uid: string; mutates: boolean },
): Verdict {
  const bad = (why: string) => new WebhookError(`received invalid webhook response: ${why}`)
  const { apiVersion } = review
  const given: Loose = isObject(answer) ? answer : {}
  const response = given['response']
  if (!isObject(response)) throw new WebhookError('Webhook response was absent')
  if (apiVersion === `${GROUP}/v1`) {
    if (given['apiVersion'] !== apiVersion || given['kind'] !== 'AdmissionReview') {
      const kind = `${textOf(given['apiVersion'])}, Kind=${textOf(given['kind'])}`
      throw bad(`expected webhook response of ${apiVersion}, Kind=AdmissionReview, got ${kind}`)
    }
    if (response['uid'] !== of.uid) {
      const uid = JSON.stringify(textOf(response['uid']))
      throw bad(`expected response.uid=${JSON.stringify(of.uid)}, got ${uid}`)
    }
  }
  const { status, warnings, auditAnnotations } = response
  return {
    allowed: response['allowed'] === true,
    status: isObject(status) ? status : {},
    patch: readPatch(response, of.mutates, bad),
    warnings: Array.isArray(warnings) ? warnings.filter((w) => typeof w === 'string') : [],
    annotations: isObject(auditAnnotations) ? (auditAnnotations as Record<string, string>) : {},
  }
}

function readPatch(
  response: Loose,
  mutates: boolean,
  bad: (why: string) => Error,
): readonly JsonPatchOperation[] | undefined {
  const { patch, patchType } = response
  if (patch === undefined || patch === null || patch === '') {
    if (patchType !== undefined && patchType !== null) {
      throw bad('webhook returned response.patchType but not response.patch')
    }
    return undefined
  }
  if (!mutates) {
    throw bad('response.patch is not allowed in a response of a validating webhook')
  }
  if (patchType === undefined || patchType === null) {
    throw bad('webhook returned response.patch but not response.patchType')
  }
  if (patchType !== 'JSONPatch') {
    throw bad(`webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`)
  }
  try {
    const operations: unknown = JSON.parse(Buffer.from(textOf(patch), 'base64').toString('utf8'))
    if (Array.isArray(operations)) return operations as JsonPatchOperation[]
  } catch {
    // Told below.
  }
  throw bad('response.patch is no JSON patch')
}
