import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { MatchCondition } from './match.ts'
import { RuleWithOperations, WebhookClientConfig } from './webhook.ts'
import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const MutatingWebhook = struct(
  'io.k8s.api.admissionregistration.v1.MutatingWebhook',
  'A service that may change requests.',
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
      11,
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
    reinvocationPolicy: string(
      10,
      'Whether it is asked again after later changes: `Never` (the default) or `IfNeeded`.',
    )
      .named('v1.ReinvocationPolicyType')
      .nullable(),
    matchConditions: list(
      12,
      MatchCondition,
      'CEL expressions that must all be true for it to be asked; 64 at most.',
    )
      .keyed('name')
      .patch('merge', 'name'),
  },
)
export interface MutatingWebhook extends TypeOf<typeof MutatingWebhook> {}

export const MutatingWebhookConfiguration = struct(
  'io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration',
  'Services that may change requests.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    webhooks: list(2, MutatingWebhook, 'The services.').keyed('name').patch('merge', 'name'),
  },
)
export interface MutatingWebhookConfiguration extends TypeOf<typeof MutatingWebhookConfiguration> {}
