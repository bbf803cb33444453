import { goDurationMs } from '../api/index.ts'
import { controllerNames } from '../master/controllers/index.ts'
import { controllersCandidate } from './parts/candidates.ts'
import { FlagError } from './parts/flags.ts'
import { endWith, runLeading } from './parts/leading.ts'

const PERIOD = 'horizontal-pod-autoscaler-sync-period'

/** `navarch controller-manager`: as kube-controller-manager, for any Kubernetes API. */
const main = runLeading({
  command: 'controller-manager',
  purpose: 'brings the cluster to its desired state, for any Kubernetes API.',
  flags: { controllers: '*', [PERIOD]: '15s' },
  candidate: (parts, flags) =>
    controllersCandidate({
      ...parts,
      controllers: chosen(flags.controllers),
      autoscaler: { periodMs: period(flags[PERIOD]) },
    }),
})

function period(text: string): number {
  const ms = goDurationMs(text)
  if (ms !== undefined && ms > 0) return ms
  throw new FlagError(`--${PERIOD}: "${text}" is no duration such as 15s`)
}

/** `*,-foo` or `foo,bar`, as kube-controller-manager's `--controllers`. */
function chosen(text: string): string[] {
  const words = text.split(',').filter((word) => word !== '')
  for (const word of words) {
    if (word === '*' || controllerNames.includes(word.replace(/^-/, ''))) continue
    const names = controllerNames.join(', ')
    throw new FlagError(
      `--controllers: "${word}" is not in the list of known controllers: ${names}`,
    )
  }
  const all = words.includes('*')
  return controllerNames.filter((name) =>
    words.includes(`-${name}`) ? false : all || words.includes(name),
  )
}

endWith('controller-manager', main)
