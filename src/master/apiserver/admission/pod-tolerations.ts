import type { Pod } from '../../../api/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { MakePlugin } from './plugin.ts'

/** How long a pod stays on a node that is not ready or cannot be reached. */
const TOLERATION_SECONDS = 300
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** Gives pods some patience with a node in trouble, unless they say how much they have. */
export const podTolerations: MakePlugin = () => ({ admit })

function admit(attributes: AdmissionAttributes): void {
  const { operation, object } = attributes
  if (operation !== 'CREATE' && operation !== 'UPDATE') return
  if (!attributes.isOf('', 'pods')) return
  const spec = (object as Pod | undefined)?.spec
  if (!spec) return
  for (const key of TAINTS) {
    const tolerates = (spec.tolerations ?? []).some(
      (t) => (t.key === key || !t.key) && (t.effect === 'NoExecute' || !t.effect),
    )
    if (tolerates) continue
    const operator = 'Exists'
    const toleration = { key, operator, effect: 'NoExecute', tolerationSeconds: TOLERATION_SECONDS }
    spec.tolerations = [...(spec.tolerations ?? []), toleration]
  }
}
