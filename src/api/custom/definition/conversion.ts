import type { CustomResourceConversion } from '../../apiextensions/index.ts'
import type { FieldError } from '../../schema/index.ts'
import {
  dns1035LabelErrors,
  forbidden,
  goStrings,
  invalid,
  notSupported,
  required,
} from '../../validation/index.ts'
import {
  type ServiceReference,
  validateBundle,
  validateService,
  validateWebhookUrl,
} from '../../admission-checks/index.ts'

const PATH = 'spec.conversion'
/** Versions of ConversionReview that the server speaks. */
const REVIEW_VERSIONS = ['v1', 'v1beta1']

/** `mayBeBroken`: whether the certificates of the webhook may make no sense. */
export function validateConversion(
  of: CustomResourceConversion | undefined,
  options: { mayBeBroken: boolean },
): FieldError[] {
  if (!of) return []
  const { strategy, webhook } = of
  const errors: FieldError[] = []
  if (!strategy) errors.push(required(`${PATH}.strategy`))
  else if (strategy !== 'None' && strategy !== 'Webhook') {
    errors.push(notSupported(`${PATH}.strategy`, strategy, ['None', 'Webhook']))
  }
  const why = 'should not be set when strategy is not set to Webhook'
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {}
  if (strategy === 'Webhook') {
    return [
      ...errors,
      ...validateClient(clientConfig, options),
      ...validateReviews(conversionReviewVersions),
    ]
  }
  if (clientConfig) errors.push(forbidden(`${PATH}.webhookClientConfig`, why))
  if (conversionReviewVersions.length > 0) {
    errors.push(forbidden(`${PATH}.conversionReviewVersions`, why))
  }
  return errors
}

function validateClient(
  client: NonNullable<CustomResourceConversion['webhook']>['clientConfig'],
  { mayBeBroken }: { mayBeBroken: boolean },
): FieldError[] {
  const path = `${PATH}.webhookClientConfig`
  if (!client) return [required(path, 'required when strategy is set to Webhook')]
  const { caBundle = '' } = client
  const bundle = mayBeBroken || caBundle === '' ? [] : validateBundle(caBundle, `${path}.caBundle`)
  return [...validateTarget(client, path), ...bundle]
}

function validateTarget(
  { url, service }: { url?: string | undefined; service?: ServiceReference | undefined },
  path: string,
): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [required(path, 'exactly one of url or service is required')]
  }
  if (url !== undefined) return validateWebhookUrl(url, `${path}.url`)
  return service ? validateService(service, `${path}.service`) : []
}

function validateReviews(versions: readonly string[]): FieldError[] {
  const path = `${PATH}.conversionReviewVersions`
  if (versions.length === 0) return [required(path)]
  const errors: FieldError[] = []
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) {
      errors.push(invalid(`${path}[${i}]`, version, 'duplicate version'))
      continue
    }
    const faults = dns1035LabelErrors(version)
    for (const why of faults) errors.push(invalid(`${path}[${i}]`, version, why))
  }
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    const why = `must include at least one of ${REVIEW_VERSIONS.join(', ')}`
    errors.push(invalid(path, goStrings(versions), why))
  }
  return errors
}
