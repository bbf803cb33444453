import { bytes, int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const RuleWithOperations = struct(
  'io.k8s.api.admissionregistration.v1.RuleWithOperations',
  '',
  {
    apiGroups: list(1, string).atomic().inlinedAt(2),
    apiVersions: list(2, string).atomic().inlinedAt(2),
    operations: list(1, string).atomic().named('v1.OperationType'),
    resources: list(3, string).atomic().inlinedAt(2),
    scope: string(4).inlinedAt(2).named('v1.ScopeType').nullable(),
  },
)
export interface RuleWithOperations extends TypeOf<typeof RuleWithOperations> {}

export const WebhookServiceReference = struct(
  'io.k8s.api.admissionregistration.v1.ServiceReference',
  '',
  {
    name: string(2).required(),
    namespace: string(1).required(),
    path: string(3).nullable(),
    port: int32(4).nullable(),
  },
)
export interface WebhookServiceReference extends TypeOf<typeof WebhookServiceReference> {}

export const WebhookClientConfig = struct(
  'io.k8s.api.admissionregistration.v1.WebhookClientConfig',
  '',
  {
    caBundle: bytes(2),
    service: ref(1, WebhookServiceReference),
    url: string(3).nullable(),
  },
)
export interface WebhookClientConfig extends TypeOf<typeof WebhookClientConfig> {}
