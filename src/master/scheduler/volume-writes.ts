import { persistentVolumeClaims, persistentVolumes } from '../../api/index.ts'
import type { Client } from '../../client/index.ts'
import { SELECTED_NODE } from './plugins/pod-claims.ts'
import type { VolumeWrites } from './plugins/index.ts'

const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'

/** Tells the volume controllers, through the API, what was chosen for a pod. */
export function volumeWrites(client: Client): VolumeWrites {
  return {
    async claimVolume(name, { metadata }, options) {
      const { namespace = '', name: claimName = '', uid = '' } = metadata
      const claimRef = {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        namespace,
        name: claimName,
        uid,
      }
      const annotations = { [BOUND_BY_CONTROLLER]: 'yes' }
      const body = { metadata: { annotations }, spec: { claimRef } }
      await client.for(persistentVolumes).patch({ name }, { type: 'merge', body }, options)
    },
    async selectNode({ namespace, name }, nodeName, options) {
      const body = { metadata: { annotations: { [SELECTED_NODE]: nodeName } } }
      const at = { namespace, name }
      await client.for(persistentVolumeClaims).patch(at, { type: 'merge', body }, options)
    },
  }
}
