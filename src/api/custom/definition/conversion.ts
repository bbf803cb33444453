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
import { validateService, validateWebhookUrl } from '../../admission-checks/index.ts'

const PATH = 'spec.conversion'
/** Versions of ConversionReview that the server speaks. */
const REVIEW_VERSIONS = ['v1', 'v1beta1']

export function validateConversion(of: CustomResourceConversion | undefined): FieldError[] {
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
      ...validateClient(clientConfig),
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
): FieldError[] {
  const path = `${PATH}.webhookClientConfig`
  if (!client) return [required(path, 'required when strategy is set to Webhook')]
  const { url, service } = client
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
    if (faults.length > 0) errors.push(invalid(`${path}[${i}]`, version, faults.join(',')))
  }
  if (errors.length === 0 && !versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    const why = `must include at least one of ${REVIEW_VERSIONS.join(', ')}`
    errors.push(invalid(path, goStrings(versions), why))
  }
  return errors
}
