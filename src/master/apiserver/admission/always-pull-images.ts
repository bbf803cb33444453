import type { Pod } from '../../../api/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { MakePlugin } from './plugin.ts'

/** Every image is pulled anew, so that nobody runs what another's credentials fetched. */
export const alwaysPullImages: MakePlugin = () => ({ admit })

function admit(attributes: AdmissionAttributes): void {
  const { operation, object } = attributes
  if (operation !== 'CREATE' && operation !== 'UPDATE') return
  const isPod = attributes.isOf('', 'pods') || attributes.isOf('', 'pods', 'ephemeralcontainers')
  if (!isPod || !object) return
  const { spec } = object as Pod
  const { initContainers = [], containers, ephemeralContainers = [] } = spec
  for (const container of [...initContainers, ...containers, ...ephemeralContainers]) {
    container.imagePullPolicy = 'Always'
  }
}
