import { controllersCandidate } from './parts/candidates.ts'
import { CONTROLLER_FLAGS, controllersBy } from './parts/controller-flags.ts'
import { endWith, runLeading } from './parts/leading.ts'

/** `navarch controller-manager`: as kube-controller-manager, for any Kubernetes API. */
const main = runLeading({
  command: 'controller-manager',
  purpose: 'brings the cluster to its desired state, for any Kubernetes API.',
  flags: CONTROLLER_FLAGS,
  candidate: (parts, flags) => controllersCandidate({ ...parts, ...controllersBy(flags) }),
})

endWith('controller-manager', main)
