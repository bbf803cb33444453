import type { KubeObject, Resource } from '../../api/index.ts'
import type { Attributes } from './object-revision.ts'

/** What selectors see of an object. */
export function attributesOf(resource: Resource, object: KubeObject): Attributes {
  const { labels, name = '', namespace = '' } = object.metadata
  const fields: Record<string, string> = {
    'metadata.name': name,
    'metadata.namespace': namespace,
  }
  for (const [field, read] of Object.entries(resource.selectableFields)) {
    fields[field] = read(object)
  }
  return { labels: labels ?? {}, fields }
}
