import { replicationControllerColumns } from '../columns/index.ts'
import type { ReplicationController } from '../core/index.ts'
import { ReplicationController as declared } from '../core/index.ts'
import { defaultReplicationController } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { formatLabelSelector } from '../selectors/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateReplicationControllerSpec,
  validateReplicationControllerStatus,
  withMetadata,
} from '../validation/index.ts'
import { scaleSubresource } from './scale.ts'
import { warnWorkload } from '../warnings/index.ts'

export const replicationControllers: Resource<ReplicationController> =
  defineResource<ReplicationController>({
    group: '',
    version: 'v1',
    kind: 'ReplicationController',
    plural: 'replicationcontrollers',
    shortNames: ['rc'],
    categories: ['all'],
    struct: declared,
    columns: replicationControllerColumns,
    strategy: defineStrategy<ReplicationController>({
      applyDefaults: defaultReplicationController,
      warn: warnWorkload({ named: true }),
      defaultPropagation: 'orphan',

      ...specStatus,
      prepareForCreate(controller) {
        controller.status = { replicas: 0 }
        controller.metadata.generation = 1
      },
      ...withMetadata<ReplicationController>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        {
          create: (controller) => validateReplicationControllerSpec(controller.spec),
          status: validateReplicationControllerStatus,
          asNew: 'before',
        },
      ),
    }),
    selectableFields: {
      'status.replicas': ({ status }) => String(status?.replicas ?? 0),
    },
    hasStatus: true,
    scale: {
      replicas: ({ spec }) => spec.replicas ?? 0,
      setReplicas: (object, replicas) => {
        object.spec.replicas = replicas
      },
      statusReplicas: ({ status }) => status?.replicas ?? 0,
      selector: ({ spec }) => formatLabelSelector(spec.selector && { matchLabels: spec.selector }),
    },
    subresources: { scale: scaleSubresource },
  })
