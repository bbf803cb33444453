import { daemonSetColumns } from '../columns/index.ts'
import type { DaemonSet } from '../apps/index.ts'
import { DaemonSet as declared } from '../apps/index.ts'
import { defaultDaemonSet } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, semanticEqual, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateDaemonSetSpec,
  validateDaemonSetStatus,
  validateDaemonSetUpdate,
  withMetadata,
} from '../validation/index.ts'
import { warnWorkload } from '../warnings/index.ts'

/** Counts changes of the template; from a time when there were no generations. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

function setTemplateGeneration({ metadata }: DaemonSet, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) }
}

export const daemonSets: Resource<DaemonSet> = defineResource<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  struct: declared,
  columns: daemonSetColumns,
  strategy: defineStrategy<DaemonSet>({
    applyDefaults: defaultDaemonSet,
    warn: warnWorkload({ named: false }),

    ...specStatus,
    prepareForCreate(set) {
      specStatus.prepareForCreate(set)
      setTemplateGeneration(set, 1)
    },
    prepareForUpdate(set, old) {
      specStatus.prepareForUpdate(set, old)
      const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0)
      const isSame = semanticEqual(set.spec.template, old.spec.template)
      setTemplateGeneration(set, isSame ? before : before + 1)
    },
    prepareForStatusUpdate(set, old) {
      specStatus.prepareForStatusUpdate(set, old)
      setTemplateGeneration(set, Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0))
    },
    ...withMetadata<DaemonSet>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      {
        create: (set) => validateDaemonSetSpec(set.spec),
        update: validateDaemonSetUpdate,
        asNew: 'before',
        status: validateDaemonSetStatus,
      },
    ),
  }),
  hasStatus: true,
})
