import { nodeColumns } from '../columns/index.ts'
import type { Node } from '../core/index.ts'
import { Node as declared } from '../core/index.ts'
import { defaultNode } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { copyOf, defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateNode,
  validateNodeUpdate,
  withMetadata,
} from '../validation/index.ts'
import { proxySubresource } from './proxy.ts'
import { warnNode } from '../warnings/index.ts'

export const nodes: Resource<Node> = defineResource<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  struct: declared,
  columns: nodeColumns,
  strategy: defineStrategy<Node>({
    applyDefaults: defaultNode,
    warn: warnNode,

    // A node registers itself with its status, so that creation keeps it.
    prepareForCreate({ spec, status }) {
      delete spec?.configSource
      delete status?.config
    },
    prepareForUpdate(node, old) {
      node.status = copyOf(old.status)
      if (!old.spec?.configSource) delete node.spec?.configSource
    },
    prepareForStatusUpdate(node, old) {
      node.spec = copyOf(old.spec)
      if (!old.status?.config) delete node.status?.config
    },
    ...withMetadata<Node>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      {
        create: validateNode,
        update: validateNodeUpdate,
        status: validateNodeUpdate,
        asNew: 'before',
      },
    ),
  }),
  selectableFields: {
    'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false),
  },
  hasStatus: true,
  subresources: { proxy: proxySubresource('NodeProxyOptions') },
})
