import type { Clock } from '../../../base/index.ts'
import type { PersistentVolume } from '../../../api/index.ts'
import { type StoreHooks, timestamp } from './store.ts'

/** A volume tells when its phase changed last (KEP-3762), unless its writer says so. */
export function volumeHooks(clock: Clock): StoreHooks {
  return {
    beginWrite({ object, old }) {
      const volume = object as PersistentVolume
      const before = (old as PersistentVolume | undefined)?.status
      const { phase, lastPhaseTransitionTime: time } = volume.status
      const since = before?.lastPhaseTransitionTime
      if (phase !== before?.phase) {
        if (time === undefined || time === since) {
          volume.status.lastPhaseTransitionTime = timestamp(clock.nowMs())
        }
      } else if (time === undefined && since !== undefined) {
        volume.status.lastPhaseTransitionTime = since
      }
      return Promise.resolve(undefined)
    },
  }
}
