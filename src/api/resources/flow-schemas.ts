import { defaultFlowSchema } from '../defaults/index.ts'
import type { FlowSchema } from '../flowcontrol/index.ts'
import { FlowSchema as declared } from '../flowcontrol/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  flowConditionErrors,
  validateFlowSchema,
  withMetadata,
} from '../validation/index.ts'

export const flowSchemas: Resource<FlowSchema> = defineResource<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  namespaced: false,
  struct: declared,
  strategy: defineStrategy<FlowSchema>({
    applyDefaults: defaultFlowSchema,
    ...specStatus,
    ...withMetadata<FlowSchema>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      {
        create: validateFlowSchema,
        status: ({ status }) => flowConditionErrors(status?.conditions),
      },
    ),
  }),
  hasStatus: true,
})
