import { bytes, int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ConversionServiceReference = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference',
  '',
  {
    name: string(2).required(),
    namespace: string(1).required(),
    path: string(3).nullable(),
    port: int32(4).nullable(),
  },
)
export interface ConversionServiceReference extends TypeOf<typeof ConversionServiceReference> {}

export const ConversionWebhookClientConfig = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig',
  '',
  {
    caBundle: bytes(2),
    service: ref(1, ConversionServiceReference),
    url: string(3).nullable(),
  },
)
export interface ConversionWebhookClientConfig
  extends TypeOf<typeof ConversionWebhookClientConfig> {}

export const WebhookConversion = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion',
  '',
  {
    clientConfig: ref(2, ConversionWebhookClientConfig),
    conversionReviewVersions: list(3, string).atomic().required(),
  },
)
export interface WebhookConversion extends TypeOf<typeof WebhookConversion> {}

export const CustomResourceConversion = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion',
  '',
  {
    strategy: string(1).named('v1.ConversionStrategyType').required(),
    webhook: ref(2, WebhookConversion),
  },
)
export interface CustomResourceConversion extends TypeOf<typeof CustomResourceConversion> {}
