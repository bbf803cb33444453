import { deploymentColumns } from '../columns/index.ts'
import type { Deployment } from '../apps/index.ts'
import { Deployment as declared } from '../apps/index.ts'
import { defaultDeployment } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { formatLabelSelector } from '../selectors/index.ts'
import {
  bumpGeneration,
  copyOf,
  defineResource,
  defineStrategy,
  keepGeneration,
  semanticEqual,
} from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateDeploymentSpec,
  validateDeploymentStatus,
  validateSelectorKept,
  withMetadata,
} from '../validation/index.ts'
import { scaleSubresource } from './scale.ts'
import { warnWorkload } from '../warnings/index.ts'

export const deployments: Resource<Deployment> = defineResource<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  struct: declared,
  columns: deploymentColumns,
  strategy: defineStrategy<Deployment>({
    applyDefaults: defaultDeployment,
    warn: warnWorkload({ named: true }),

    prepareForCreate(deployment) {
      deployment.status = {}
      deployment.metadata.generation = 1
    },
    // Annotations count as well: controllers read the rollback and pause marks from them.
    prepareForUpdate(deployment, old) {
      deployment.status = copyOf(old.status)
      keepGeneration(deployment, old)
      const same =
        semanticEqual(deployment.spec, old.spec) &&
        semanticEqual(deployment.metadata.annotations, old.metadata.annotations)
      if (!same) bumpGeneration(deployment, old)
    },
    prepareForStatusUpdate(deployment, old) {
      deployment.spec = copyOf(old.spec)
      deployment.metadata.labels = copyOf(old.metadata.labels)
      keepGeneration(deployment, old)
    },
    ...withMetadata<Deployment>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      {
        create: (deployment) => validateDeploymentSpec(deployment.spec),
        update: (deployment, old) => [
          ...validateDeploymentSpec(deployment.spec),
          ...validateSelectorKept(deployment.spec.selector, old.spec.selector),
        ],
        status: validateDeploymentStatus,
      },
    ),
  }),
  hasStatus: true,
  scale: {
    replicas: (deployment) => deployment.spec.replicas ?? 0,
    setReplicas: (deployment, replicas) => {
      deployment.spec.replicas = replicas
    },
    statusReplicas: (deployment) => deployment.status?.replicas ?? 0,
    selector: (deployment) => formatLabelSelector(deployment.spec.selector),
  },
  subresources: { scale: scaleSubresource },
})
