import type { PartArgs } from '../../cluster/index.ts'
import { silentLog } from '../base/index.ts'
import { givenFlags } from './parts/given-flags.ts'
import { KUBELET_FLAGS, kubeletBy } from './parts/kubelet-flags.ts'
import { givenTo } from './parts/master-api.ts'
import { die } from './parts/part.ts'

/** Reads flags of parts as these would at their start; the first that is wrong is its last word. */
function main(text: string): void {
  const args = JSON.parse(text) as PartArgs
  const of = { name: 'master-1', topology: { args }, log: silentLog }
  givenTo(of)
  kubeletBy(givenFlags({ args }, 'kubelet', { name: 'node-1', defaults: KUBELET_FLAGS }))
  process.exit(0)
}

try {
  main(process.argv[2] ?? '{}')
} catch (error) {
  die('up', error)
}
