import { encodeProto, type KubeObject, ObjectMeta, ref, struct } from '../../api/index.ts'
import { list, ListMeta } from '../../api/index.ts'

const META_V1 = 'meta.k8s.io/v1'

const Partial = struct('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata', '', {
  metadata: ref(1, ObjectMeta).always(),
})
const PartialList = struct('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList', '', {
  metadata: ref(1, ListMeta).always(),
  items: list(2, Partial),
})

/** An object's metadata alone, for those who need no more. */
export function partialMetadata(object: KubeObject): {
  kind: string
  apiVersion: string
  metadata: KubeObject['metadata']
} {
  return { kind: 'PartialObjectMetadata', apiVersion: META_V1, metadata: object.metadata }
}

/** The same as an answer in every format. */
export function partialObject(object: KubeObject) {
  return {
    value: partialMetadata(object),
    protobuf: () => ({
      type: { apiVersion: META_V1, kind: 'PartialObjectMetadata' },
      raw: encodeProto(Partial, { metadata: object.metadata }),
    }),
  }
}

export function partialList(objects: readonly KubeObject[], metadata: ListMeta) {
  const kind = 'PartialObjectMetadataList'
  const items = objects.map(partialMetadata)
  return {
    value: { kind, apiVersion: META_V1, metadata, items },
    protobuf: () => ({
      type: { apiVersion: META_V1, kind },
      raw: encodeProto(PartialList, { metadata, items }),
    }),
  }
}
