import { encodeProto, type KubeObject, ObjectMeta, ref, struct } from '../../api/index.ts'
import { list, ListMeta } from '../../api/index.ts'

export const Partial = struct('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata', '', {
  metadata: ref(1, ObjectMeta).always(),
})
const PartialList = struct('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList', '', {
  metadata: ref(1, ListMeta).always(),
  items: list(2, Partial),
})

/** An object's metadata alone, for those who need no more. */
export function partialMetadata(
  object: KubeObject,
  apiVersion: string,
): { kind: string; apiVersion: string; metadata: KubeObject['metadata'] } {
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: metadataOf(object) }
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

/** Upstream takes it from a form of its own, where this annotation of DaemonSets is a field. */
function metadataOf({ kind, metadata }: KubeObject): KubeObject['metadata'] {
  if (kind !== 'DaemonSet' || metadata.annotations?.[TEMPLATE_GENERATION] === undefined) {
    return metadata
  }
  const { [TEMPLATE_GENERATION]: _, ...annotations } = metadata.annotations
  const { annotations: __, ...rest } = metadata
  return Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest
}

/** The same as an answer in every format. */
export function partialObject(object: KubeObject, apiVersion: string) {
  const value = partialMetadata(object, apiVersion)
  const { metadata } = value
  return {
    value,
    protobuf: () => ({
      type: { apiVersion, kind: 'PartialObjectMetadata' },
      raw: encodeProto(Partial, { metadata }),
    }),
  }
}

export function partialList(
  objects: readonly KubeObject[],
  metadata: ListMeta,
  apiVersion: string,
) {
  const kind = 'PartialObjectMetadataList'
  const items = objects.map((object) => partialMetadata(object, apiVersion))
  return {
    value: { kind, apiVersion, metadata, items },
    protobuf: () => ({
      type: { apiVersion, kind },
      raw: encodeProto(PartialList, { metadata, items }),
    }),
  }
}
