import { controllerNames } from '../master/controllers/index.ts'
import { controllersCandidate } from './parts/candidates.ts'
import { FlagError } from './parts/flags.ts'
import { endWith, runLeading } from './parts/leading.ts'

/** `navarch controller-manager`: as kube-controller-manager, for any Kubernetes API. */
const main = runLeading({
  command: 'controller-manager',
  purpose: 'brings the cluster to its desired state, for any Kubernetes API.',
  flags: { controllers: '*' },
  candidate: (parts, { controllers }) =>
    controllersCandidate({ ...parts, controllers: chosen(controllers) }),
})

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
