import { goDurationMs } from '../api/index.ts'
import { controllersCandidate } from './parts/candidates.ts'
import { controllersOf, NODE_IPAM_FLAGS, nodeIpamOf } from './parts/controller-flags.ts'
import { FlagError } from './parts/flags.ts'
import { endWith, runLeading } from './parts/leading.ts'

const PERIOD = 'horizontal-pod-autoscaler-sync-period'

/** `navarch controller-manager`: as kube-controller-manager, for any Kubernetes API. */
const main = runLeading({
  command: 'controller-manager',
  purpose: 'brings the cluster to its desired state, for any Kubernetes API.',
  flags: { controllers: '*', [PERIOD]: '15s', ...NODE_IPAM_FLAGS },
  candidate: (parts, flags) =>
    controllersCandidate({
      ...parts,
      controllers: controllersOf(flags.controllers),
      autoscaler: { periodMs: period(flags[PERIOD]) },
      nodeIpam: nodeIpamOf(flags),
    }),
})

function period(text: string): number {
  const ms = goDurationMs(text)
  if (ms !== undefined && ms > 0) return ms
  throw new FlagError(`--${PERIOD}: "${text}" is no duration such as 15s`)
}

endWith('controller-manager', main)
