import { StatusError } from '../../base/index.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../apiextensions/index.ts'
import {
  type ConversionWebhook,
  type FieldReader,
  type KubeObject,
  type Resource,
  type SubresourceInfo,
} from '../schema/index.ts'
import { statusVerbs } from '../strategy/index.ts'
import { customColumns } from './columns.ts'
import { parseJsonPath } from './json-path.ts'
import { customScale } from './scale.ts'
import { customShape } from './shape.ts'
import { customStrategy } from './strategy.ts'
import { customStruct } from './struct.ts'

/** A definition, read for serving: its resource in each version that is served. */
export interface CustomResources {
  /** The version in which objects are stored; it may not be served. */
  readonly storage: Resource
  readonly served: readonly Resource[]
}

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

/** The resources that a definition with accepted names stands for; undefined without storage. */
export function customResources(definition: CustomResourceDefinition): CustomResources | undefined {
  const { versions } = definition.spec
  const kept = versions.find((version) => version.storage)
  if (!kept) return undefined
  const storage = resourceOf(definition, kept)
  const served = versions
    .filter((version) => version.served)
    .map((version) => {
      if (version.name === kept.name) return storage
      const own = resourceOf(definition, version)
      const { name } = version
      return { ...own, storedAs: own.conversion ? elsewhere(storage) : byName(storage, name) }
    })
  return { storage, served }
}

// Conversion strategy `Webhook`: nothing that can be done without asking.
function elsewhere(storage: Resource): NonNullable<Resource['storedAs']> {
  const refuse = () => {
    const message =
      `conversion webhook for ${storage.group}/${storage.version}, Kind=${storage.kind} failed: ` +
      'admission in an equivalent version is not supported'
    throw new StatusError(500, '', message)
  }
  return { resource: storage, toStored: refuse, fromStored: refuse }
}

function webhookOf({ spec }: CustomResourceDefinition): ConversionWebhook | undefined {
  const { strategy, webhook } = spec.conversion ?? {}
  if (strategy !== 'Webhook' || !webhook) return undefined
  const { clientConfig = {}, conversionReviewVersions } = webhook
  return { clientConfig, conversionReviewVersions }
}

// Conversion strategy `None`: versions differ in their name alone (and in what schemas prune).
function byName(storage: Resource, version: string): NonNullable<Resource['storedAs']> {
  const apiVersion = `${storage.group}/${version}`
  return {
    resource: storage,
    toStored: (object) => {
      const stored = {
        ...structuredClone(object),
        apiVersion: `${storage.group}/${storage.version}`,
      }
      return storage.custom?.read({ ...stored }) ?? stored
    },
    fromStored: (stored) => ({ ...structuredClone(stored), apiVersion }),
  }
}

function resourceOf(
  definition: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): Resource {
  const { group, scope } = definition.spec
  const names = definition.status.acceptedNames ?? definition.spec.names
  const { kind, plural } = names
  const namespaced = scope === 'Namespaced'
  const schema = version.schema?.openAPIV3Schema ?? { type: 'object' }
  const apiVersion = `${group}/${version.name}`
  const shape = customShape({ kind, apiVersion, schema })
  const { status, scale } = version.subresources ?? {}
  const replicas = [scale?.specReplicasPath, scale?.statusReplicasPath].filter(
    (path) => path !== undefined,
  )
  const selector = scale?.labelSelectorPath
  const hasStatus = status !== undefined
  const conversion = webhookOf(definition)
  return {
    group,
    version: version.name,
    kind,
    listKind: names.listKind ?? `${kind}List`,
    plural,
    singular: names.singular ?? kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced,
    verbs: VERBS,
    struct: customStruct({ group, version: version.name, kind, schema }),
    custom: shape,
    ...(conversion && { conversion }),
    strategy: customStrategy({
      kind,
      apiVersion,
      namespaced,
      hasStatus,
      shape,
      replicas,
      selector,
    }),
    columns: customColumns(version),
    selectableFields: selectable(version),
    hasStatus,
    ...(scale && { scale: customScale(scale) }),
    subresources: subresources({ group, version: version.name, kind }, version),
    ...(version.deprecated && {
      deprecation: version.deprecationWarning ?? `${apiVersion} ${kind} is deprecated`,
    }),
  }
}

function subresources(
  own: { group: string; version: string; kind: string },
  { subresources: has }: CustomResourceDefinitionVersion,
): Record<string, SubresourceInfo> {
  const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale', foreign: true }
  return {
    ...(has?.status && { status: { ...own, verbs: statusVerbs } }),
    ...(has?.scale && { scale: { ...scale, verbs: statusVerbs } }),
  }
}

function selectable(
  version: CustomResourceDefinitionVersion,
): Readonly<Record<string, FieldReader<KubeObject>>> {
  const readers: Record<string, FieldReader<KubeObject>> = {}
  for (const { jsonPath } of version.selectableFields ?? []) {
    const path = parseJsonPath(jsonPath)
    readers[jsonPath.replace(/^\./, '')] = (object) => {
      const [value] = path?.find(object) ?? []
      return value === undefined || value === null ? '' : String(value as string | number | boolean)
    }
  }
  return readers
}
