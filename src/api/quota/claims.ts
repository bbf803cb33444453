import type { DeepReadonly } from '../../base/index.ts'
import type { PersistentVolumeClaim } from '../core/index.ts'
import type { Amounts } from '../helpers/index.ts'
import { compareQuantities } from '../quantity/index.ts'
import type { QuotaEvaluator } from './evaluator.ts'
import { nameMatches } from './scopes.ts'

type Claim = DeepReadonly<PersistentVolumeClaim>

const NAMES = ['count/persistentvolumeclaims', 'persistentvolumeclaims', 'requests.storage']
const CLASS = '.storageclass.storage.k8s.io/'
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

export const claimEvaluator: QuotaEvaluator = {
  matching: (names) =>
    names.filter(
      (name) =>
        NAMES.includes(name) ||
        name.endsWith(`${CLASS}requests.storage`) ||
        name.endsWith(`${CLASS}persistentvolumeclaims`),
    ),
  usage: (object) => usageOf(object as Claim),
  inScope: (object, scope) => {
    if (scope.scopeName !== 'VolumeAttributesClass') return false
    const { spec, status } = object as Claim
    const names = [spec.volumeAttributesClassName, status?.currentVolumeAttributesClassName]
    const given = names.filter((name) => name !== undefined && name !== '')
    return given.length === 0
      ? nameMatches(scope, '')
      : given.some((name) => nameMatches(scope, name ?? ''))
  },
  updates: true,
}

function usageOf({ metadata, spec, status }: Claim): Amounts {
  const usage: Record<string, string> = {
    'count/persistentvolumeclaims': '1',
    persistentvolumeclaims: '1',
  }
  const name = metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName ?? ''
  if (name !== '') usage[`${name}${CLASS}persistentvolumeclaims`] = '1'
  const asked = spec.resources?.requests?.['storage']
  if (asked === undefined) return usage
  // While it shrinks again after a failed growth, what is allocated counts.
  const allocated = status?.allocatedResources?.['storage']
  const most =
    allocated !== undefined && compareQuantities(allocated, asked) > 0 ? allocated : asked
  usage['requests.storage'] = most
  if (name !== '') usage[`${name}${CLASS}requests.storage`] = most
  return usage
}
