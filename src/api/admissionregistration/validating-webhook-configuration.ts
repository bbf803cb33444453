import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { MatchCondition } from './match.ts'
import { RuleWithOperations, WebhookClientConfig } from './webhook.ts'
import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ValidatingWebhook = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingWebhook',
  '',
  {
    admissionReviewVersions: list(8, string).atomic().required(),
    clientConfig: ref(2, WebhookClientConfig).required().written(),
    failurePolicy: string(4).named('v1.FailurePolicyType').nullable(),
    matchConditions: list(11, MatchCondition).keyed('name').patch('merge', 'name'),
    matchPolicy: string(9).named('v1.MatchPolicyType').nullable(),
    name: string(1).required(),
    namespaceSelector: ref(5, LabelSelector),
    objectSelector: ref(10, LabelSelector),
    rules: list(3, RuleWithOperations).atomic(),
    sideEffects: string(6).named('v1.SideEffectClass').required().nullable().written(),
    timeoutSeconds: int32(7).nullable(),
  },
)
export interface ValidatingWebhook extends TypeOf<typeof ValidatingWebhook> {}

export const ValidatingWebhookConfiguration = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    webhooks: list(2, ValidatingWebhook).keyed('name').patch('merge', 'name'),
  },
)
export interface ValidatingWebhookConfiguration
  extends TypeOf<typeof ValidatingWebhookConfiguration> {}
