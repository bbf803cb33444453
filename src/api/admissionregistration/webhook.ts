import { bytes, int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const RuleWithOperations = struct(
  'io.k8s.api.admissionregistration.v1.RuleWithOperations',
  'Operations on resources.',
  {
    operations: list(1, string, '`CREATE`, `UPDATE`, `DELETE`, `CONNECT`, or `*` for all.')
      .atomic()
      .named('v1.OperationType'),
    apiGroups: list(1, string, 'Groups, empty for the core group; `*` for all.')
      .atomic()
      .inlinedAt(2),
    apiVersions: list(2, string, 'Versions; `*` for all.').atomic().inlinedAt(2),
    resources: list(3, string, 'Names of the resources, as in URLs; `*` for all.')
      .atomic()
      .inlinedAt(2),
    scope: string(4, '`Cluster`, `Namespaced`, or `*` for both.')
      .inlinedAt(2)
      .named('v1.ScopeType')
      .nullable(),
  },
)
export interface RuleWithOperations extends TypeOf<typeof RuleWithOperations> {}

export const WebhookServiceReference = struct(
  'io.k8s.api.admissionregistration.v1.ServiceReference',
  'A Service of the cluster.',
  {
    namespace: string(1, 'Its namespace.').required(),
    name: string(2, 'Its name.').required(),
    path: string(3, 'Path of the URL.').nullable(),
    port: int32(4, 'Its port; 443 by default.').nullable(),
  },
)
export interface WebhookServiceReference extends TypeOf<typeof WebhookServiceReference> {}

export const WebhookClientConfig = struct(
  'io.k8s.api.admissionregistration.v1.WebhookClientConfig',
  'Where a webhook is.',
  {
    url: string(3, 'Its URL, instead of a service.').nullable(),
    service: ref(1, WebhookServiceReference, 'A Service of the cluster.'),
    caBundle: bytes(2, 'Certificates, PEM, by which its own is checked.'),
  },
)
export interface WebhookClientConfig extends TypeOf<typeof WebhookClientConfig> {}
