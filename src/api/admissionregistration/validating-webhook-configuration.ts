import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { MatchCondition } from './match.ts'
import { RuleWithOperations, WebhookClientConfig } from './webhook.ts'
import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ValidatingWebhook = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingWebhook',
  'A service that may refuse requests.',
  {
    name: string(1, 'Its full name, such as `image.policy.example.com`.').required(),
    clientConfig: ref(2, WebhookClientConfig, 'Where it is, and how to trust it.')
      .required()
      .written(),
    rules: list(3, RuleWithOperations, 'Requests that it is asked about.').atomic(),
    failurePolicy: string(4, 'What an error comes to: `Fail` (the default) or `Ignore`.')
      .named('v1.FailurePolicyType')
      .nullable(),
    matchPolicy: string(
      9,
      '`Exact`, or `Equivalent` (the default): requests in other versions count as well.',
    )
      .named('v1.MatchPolicyType')
      .nullable(),
    namespaceSelector: ref(
      5,
      LabelSelector,
      'Namespaces that it is about, by their labels; all if empty.',
    ),
    objectSelector: ref(
      10,
      LabelSelector,
      'Objects that it is about, by their labels; all if empty.',
    ),
    sideEffects: string(6, 'What else a call changes: `None`, or `NoneOnDryRun`.')
      .named('v1.SideEffectClass')
      .required()
      .nullable()
      .written(),
    timeoutSeconds: int32(
      7,
      'How long to wait for an answer, 1 to 30 seconds; 10 by default.',
    ).nullable(),
    admissionReviewVersions: list(
      8,
      string,
      'Versions of AdmissionReview that it reads, the best first.',
    )
      .atomic()
      .required(),
    matchConditions: list(
      11,
      MatchCondition,
      'CEL expressions that must all be true for it to be asked; 64 at most.',
    )
      .keyed('name')
      .patch('merge', 'name'),
  },
)
export interface ValidatingWebhook extends TypeOf<typeof ValidatingWebhook> {}

export const ValidatingWebhookConfiguration = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration',
  'Services that may refuse requests.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    webhooks: list(2, ValidatingWebhook, 'The services.').keyed('name').patch('merge', 'name'),
  },
)
export interface ValidatingWebhookConfiguration
  extends TypeOf<typeof ValidatingWebhookConfiguration> {}
