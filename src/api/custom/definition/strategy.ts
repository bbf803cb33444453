import type { CustomResourceDefinition } from '../../apiextensions/index.ts'
import type { Strategy } from '../../schema/index.ts'
import {
  bumpGeneration,
  copyOf,
  defineStrategy,
  keepGeneration,
  semanticEqual,
} from '../../strategy/index.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validation/index.ts'
import { formatTime } from '../../helpers/index.ts'
import { defaultDefinition } from './defaults.ts'
import {
  nameErrorsOf,
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from './validate.ts'

type Definition = CustomResourceDefinition

/** Holds a definition until its objects are gone. */
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'

/** What happens to CustomResourceDefinitions on their way in. */
export const definitionStrategy: Strategy<Definition> = defineStrategy<Definition>({
  applyDefaults: defaultDefinition,
  prepareForCreate(definition) {
    definition.metadata.generation = 1
    definition.status = emptyStatus()
    markStored(definition)
  },
  prepareForUpdate(definition, old) {
    definition.status = copyOf(old.status)
    keepGeneration(definition, old)
    if (!semanticEqual(definition.spec, old.spec)) bumpGeneration(definition, old)
    markStored(definition)
  },
  // Metadata is taken along: upstream means to put it back, and puts it back to itself.
  prepareForStatusUpdate(definition, old) {
    definition.spec = copyOf(old.spec)
  },
  beginDeletion(definition, nowMs) {
    const { metadata, status } = definition
    const { finalizers = [] } = metadata
    if (!finalizers.includes(CLEANUP)) metadata.finalizers = [...finalizers, CLEANUP]
    const others = (status.conditions ?? []).filter((c) => c.type !== 'Terminating')
    status.conditions = [
      ...others,
      {
        type: 'Terminating',
        status: 'True',
        lastTransitionTime: formatTime(nowMs),
        reason: 'InstanceDeletionPending',
        message:
          'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      },
    ]
  },
  validateCreate: (definition) => [
    ...validateObjectMeta(definition.metadata, {
      namespaced: false,
      nameErrors: nameErrorsOf(definition),
      anyFinalizer: true,
    }),
    ...validateDefinition(definition),
  ],
  validateUpdate: (definition, old) => [
    ...validateObjectMetaUpdate(definition.metadata, old.metadata, { anyFinalizer: true }),
    ...validateDefinitionUpdate(definition, old),
  ],
  validateStatusUpdate: (definition, old) => [
    ...validateObjectMetaUpdate(definition.metadata, old.metadata, { anyFinalizer: true }),
    ...validateDefinitionStatus(definition),
  ],
})

function emptyStatus(): Definition['status'] {
  return { acceptedNames: { plural: '', kind: '' }, storedVersions: [] }
}

// A version in which objects were stored stays named until somebody has moved them all.
function markStored(definition: Definition): void {
  const { spec, status } = definition
  const stored = status.storedVersions ?? []
  const kept = (spec.versions ?? []).find((version) => version.storage)
  if (kept && !stored.includes(kept.name)) stored.push(kept.name)
  status.storedVersions = stored
}
