import { initialMembers, readTls } from '../../cluster/index.ts'
import { dieSoon, type Part, runPart } from './parts/part.ts'
import { startStoreThread } from './parts/store-thread.ts'

/** A master: a store member on its own thread, an API server, a candidate for the rest. */
async function main(part: Part): Promise<void> {
  const { name, topology, layout } = part
  const self = topology.masters.find((master) => master.name === name)
  if (!self) throw new Error(`--name: there is no master "${name}" in ${layout.topology}`)
  const { address } = self
  const store = startStoreThread(
    {
      name,
      dataFolder: layout.dataOf(name),
      ...(topology.archive && { archiveFolder: `${topology.archive}/${name}` }),
      clusterToken: topology.clusterToken,
      members: initialMembers(topology),
      peer: { address, port: self.peerPort },
      client: { address, port: self.clientPort },
      tls: await readTls(`${name}-store`, 'store', part),
    },
    (error) => dieSoon(name, error),
  )
  // Most of the code: it is made ready beside the member, which has a start of its own.
  const api = import('./parts/master-api.ts')
  await Promise.all([store.ready, api.then(({ runMaster }) => runMaster(part, { self, store }))])
}

runPart(main)
