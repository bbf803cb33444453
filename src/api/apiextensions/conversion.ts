import { bytes, int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ConversionServiceReference = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference',
  'A Service of the cluster.',
  {
    namespace: string(1, 'Its namespace.').required(),
    name: string(2, 'Its name.').required(),
    path: string(3, 'Path of the URL.').nullable(),
    port: int32(4, 'Its port; 443 by default.').nullable(),
  },
)
export interface ConversionServiceReference extends TypeOf<typeof ConversionServiceReference> {}

export const ConversionWebhookClientConfig = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig',
  'Where a webhook is.',
  {
    url: string(3, 'Its URL, instead of a service.').nullable(),
    service: ref(1, ConversionServiceReference, 'A Service of the cluster.'),
    caBundle: bytes(2, 'Certificates, PEM, by which its own is checked.'),
  },
)
export interface ConversionWebhookClientConfig
  extends TypeOf<typeof ConversionWebhookClientConfig> {}

export const WebhookConversion = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion',
  'A service that converts objects.',
  {
    clientConfig: ref(2, ConversionWebhookClientConfig, 'Where it is, and how to trust it.'),
    conversionReviewVersions: list(
      3,
      string,
      'Versions of ConversionReview that it reads, the best first.',
    )
      .atomic()
      .required(),
  },
)
export interface WebhookConversion extends TypeOf<typeof WebhookConversion> {}

export const CustomResourceConversion = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion',
  'How objects go from one version to another.',
  {
    strategy: string(1, "`None` (only the version's name changes) or `Webhook`.")
      .named('v1.ConversionStrategyType')
      .required(),
    webhook: ref(2, WebhookConversion, 'Who converts.'),
  },
)
export interface CustomResourceConversion extends TypeOf<typeof CustomResourceConversion> {}
