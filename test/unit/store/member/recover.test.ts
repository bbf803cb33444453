import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../../../src/base/index.ts'
import { systemDisk } from '../../../../src/platform/index.ts'
import { clusterIdentity } from '../../../../src/store/member/index.ts'
import type { MemberOptions } from '../../../../src/store/member/options.ts'
import { recover } from '../../../../src/store/member/recover.ts'
import { encodeMembership, initialMembership } from '../../../../src/store/membership/index.ts'
import { Wal } from '../../../../src/store/wal/index.ts'
import { emptyState, Journal } from './journal.ts'

/** A crash: it comes as the state is about to be told that the member is alone. */
class Crashing extends Journal {
  override adopt(): Promise<void> {
    return Promise.reject(new Error('crash'))
  }
}

describe('a new cluster of one member that is left', () => {
  let folder: string
  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'recover-'))
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  it('has no changes of the old one in its log before its state says that it is alone', async () => {
    const disk = systemDisk()
    const members = ['a', 'b', 'c'].map((name, i) => ({
      name,
      peerUrls: [`http://127.0.0.1:${i + 1}`],
      clientUrls: [],
    }))
    const cluster = clusterIdentity({ clusterToken: 't', members })
    const [self] = cluster.members
    assert(self)
    const membership = initialMembership(cluster.members)
    const walOptions = { disk, folder: `${folder}/wal`, log: silentLog, segmentBytes: 65_536 }
    const identity = { clusterId: cluster.clusterId, memberId: self.id }
    const change = { term: 1, index: 2, type: 'conf-change', data: Buffer.from('x') } as const
    const write = { term: 1, index: 3, type: 'normal', data: Buffer.from('y') } as const
    const wal = await Wal.create(walOptions, identity, [
      { type: 'reset', base: { index: 1, term: 1 } },
      { type: 'membership', membership: encodeMembership(membership) },
      { type: 'hard-state', hardState: { term: 1, vote: 0, commit: 1 } },
      { type: 'entry', entry: change },
      { type: 'entry', entry: write },
    ])
    await wal.close()
    const durable = { ...emptyState(), index: 1, term: 1, membership }
    const open = (stateMachine: Journal, forceNewCluster: boolean) => {
      const options = { cluster, self, dataFolder: folder, disk, log: silentLog, stateMachine }
      return recover({ ...options, forceNewCluster } as unknown as MemberOptions<number>)
    }
    await assert.rejects(open(new Crashing(durable), true), /crash/)
    const again = await open(new Journal(durable), false)
    await again.wal.close()
    const entries = again.entries.map(({ type, data }) => [type, Buffer.from(data).toString()])
    assert.deepEqual(entries, [
      ['normal', ''],
      ['normal', 'y'],
    ])
  })
})
