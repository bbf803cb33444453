import type { Random } from '../../../base/index.ts'
import type { ConversionWebhook, KubeObject } from '../../../api/index.ts'
import { statusErrors } from '../status.ts'
import { type WebhookCaller, WebhookError } from '../webhooks/index.ts'

const GROUP = 'apiextensions.k8s.io'
const VERSIONS = ['v1', 'v1beta1']
const TIMEOUT_SECONDS = 30

type Loose = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Asks conversion webhooks for objects in another version. */
export class Converter {
  readonly #webhooks: WebhookCaller | undefined
  readonly #random: Random

  constructor({ webhooks, random }: { webhooks: WebhookCaller | undefined; random: Random }) {
    this.#webhooks = webhooks
    this.#random = random
  }

  /** The objects, in their order, in the version `desired`. Throws 500. */
  async convert(
    webhook: ConversionWebhook,
    objects: readonly KubeObject[],
    { desired, signal }: { desired: string; signal: AbortSignal },
  ): Promise<KubeObject[]> {
    const [first] = objects
    if (!first) return []
    const about = `conversion webhook for ${first.apiVersion}, Kind=${first.kind}`
    const uid = this.#random.uuid()
    const version = webhook.conversionReviewVersions.find((v) => VERSIONS.includes(v)) ?? 'v1'
    const apiVersion = `${GROUP}/${version}`
    const request = { uid, desiredAPIVersion: desired, objects }
    const review = { kind: 'ConversionReview', apiVersion, request }
    try {
      if (!this.#webhooks) throw new WebhookError('this server reaches no webhooks')
      const options = { timeoutSeconds: TIMEOUT_SECONDS, signal }
      const answer = await this.#webhooks.post(webhook.clientConfig, review, options)
      const converted = readConverted(answer, { uid, apiVersion })
      if (converted.length !== objects.length) {
        throw statusErrors.plain(
          `${about} returned ${converted.length} objects, expected ${objects.length}`,
        )
      }
      return objects.map((object, i) => checked(converted[i], { object, desired, about, i }))
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error
      const why = error.message.replace(/^failed to call webhook: /, '')
      throw statusErrors.plain(`${about} failed: ${why}`)
    }
  }
}

function readConverted(
  answer: unknown,
  of: { uid: string; apiVersion: string },
): readonly unknown[] {
  const given: Loose = isObject(answer) ? answer : {}
  if (given['apiVersion'] !== of.apiVersion || given['kind'] !== 'ConversionReview') {
    const got = `${textOf(given['apiVersion'])}, Kind=${textOf(given['kind'])}`
    throw new WebhookError(
      `expected webhook response of ${of.apiVersion}, Kind=ConversionReview, got ${got}`,
    )
  }
  const { response } = given
  if (!isObject(response)) throw new WebhookError('no response provided')
  const { uid, result, convertedObjects } = response
  // The older version of the review does not ask for the UID to be sent back.
  if (of.apiVersion === `${GROUP}/v1` && uid !== of.uid) {
    const got = JSON.stringify(textOf(uid))
    throw new WebhookError(`expected response.uid=${JSON.stringify(of.uid)}, got ${got}`)
  }
  const { status, message } = isObject(result) ? result : {}
  if (status !== 'Success') {
    const why = `response.result.status was '${textOf(status)}', not 'Success'`
    throw new WebhookError(textOf(message) || why)
  }
  return Array.isArray(convertedObjects) ? convertedObjects : []
}

// A webhook may change what it likes but who the object is: of its metadata, labels and
// annotations only.
function checked(
  value: unknown,
  of: { object: KubeObject; desired: string; about: string; i: number },
): KubeObject {
  const { object, desired, about, i } = of
  const fault = (what: string, why: string) =>
    statusErrors.plain(`${about} returned invalid ${what} at index ${i}: ${why}`)
  const converted: Loose = isObject(value) ? value : {}
  const { apiVersion, kind, metadata } = converted
  if (apiVersion !== desired) {
    const why = `invalid groupVersion (expected ${desired}, received ${textOf(apiVersion)})`
    throw fault('converted object', why)
  }
  if (kind !== object.kind) {
    const why = `invalid kind (expected ${object.kind}, received ${textOf(kind)})`
    throw fault('converted object', why)
  }
  if (!isObject(metadata)) throw fault('metadata in object', 'missing metadata')
  for (const field of ['name', 'namespace', 'uid'] as const) {
    const was = object.metadata[field] ?? ''
    const is = metadata[field] ?? ''
    if (is === was) continue
    const shown = field === 'uid' ? 'UID' : field
    const why = `must have the same ${shown}: ${textOf(is)} != ${was}`
    throw fault('metadata in object', why)
  }
  const { labels: _1, annotations: _2, ...kept } = object.metadata
  const own = { ...textsOf('labels'), ...textsOf('annotations') }
  return { ...converted, metadata: { ...kept, ...own } }

  function textsOf(field: 'labels' | 'annotations'): Loose {
    const texts = isObject(metadata) ? metadata[field] : undefined
    if (texts === undefined || texts === null) return {}
    if (isObject(texts) && Object.values(texts).every((v) => typeof v === 'string')) {
      return { [field]: texts }
    }
    throw fault('metadata in object', `metadata.${field} is no map of strings`)
  }
}
