import type { ReplicationController } from '../core/index.ts'
import { ReplicationController as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { formatLabelSelector } from '../selectors/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'
import { scaleSubresource } from './scale.ts'

export const replicationControllers: Resource<ReplicationController> =
  defineResource<ReplicationController>({
    group: '',
    version: 'v1',
    kind: 'ReplicationController',
    plural: 'replicationcontrollers',
    shortNames: ['rc'],
    categories: ['all'],
    struct: declared,
    strategy: defineStrategy<ReplicationController>({
      ...specStatus,
      ...withMetadata<ReplicationController>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        {},
      ),
    }),
    hasStatus: true,
    scale: {
      replicas: ({ spec }) => spec.replicas ?? 0,
      setReplicas: (object, replicas) => {
        object.spec.replicas = replicas
      },
      statusReplicas: ({ status }) => status?.replicas ?? 0,
      selector: ({ spec }) => formatLabelSelector(spec.selector && { matchLabels: spec.selector }),
    },
    subresources: {
      scale: scaleSubresource,
    },
  })
