import assert from 'node:assert/strict'
import { KvError } from '../../../../src/base/index.ts'
import type { OpenStore } from '../../../../src/store/index.ts'
import { until } from '../member/cluster.ts'
import { call, peerUrl, StoreCluster } from './cluster.ts'

const refused = (text: string) => (error: unknown) =>
  error instanceof KvError && error.message === `etcdserver: ${text}`
const bytes = (text: string) => Buffer.from(text)

describe('members of a running store', () => {
  let cluster: StoreCluster
  afterEach(() => cluster.close())

  const add = (name: string, isLearner = false) =>
    cluster
      .store('m1')
      .memberAdd({ peerUrls: [peerUrl(name)], isLearner }, call())
      .then(({ member }) => member)
  const reads = async (name: string, key: string, options: { stale?: boolean } = {}) => {
    const request = { key: bytes(key), serializable: options.stale ?? false }
    const { kvs } = await cluster.store(name).range(request, call())
    return kvs[0] && Buffer.from(kvs[0].value).toString()
  }

  it('grow from one to three, and the new ones have everything', async () => {
    cluster = await StoreCluster.start(['m1'])
    await cluster.settled()
    for (let i = 0; i < 50; i++) {
      await cluster.store('m1').put({ key: bytes(`k${i}`), value: bytes(`${i}`) }, call())
    }
    for (const name of ['m2', 'm3']) {
      const added = await add(name)
      assert.deepEqual([added.name, added.isLearner], ['', false])
      await cluster.join(name)
      await cluster.settled()
      await cluster.store(name).put({ key: bytes(name), value: bytes('here') }, call())
    }
    assert.equal(await reads('m3', 'k49'), '49')
    assert.equal(await reads('m2', 'm3'), 'here')
    const { members } = await cluster.store('m2').memberList({ linearizable: true }, call())
    assert.deepEqual(members.map(({ name }) => name).sort(), ['m1', 'm2', 'm3'])
    assert.deepEqual(new Set(members.map(({ clientUrls }) => clientUrls.length)), new Set([1]))
    const hashes = await Promise.all(
      ['m1', 'm2', 'm3'].map((name) => cluster.store(name).hashKv({ revision: 52 }, call())),
    )
    assert.equal(new Set(hashes.map(({ hash }) => hash)).size, 1)
  })

  it('come back as what they have become', async () => {
    cluster = await StoreCluster.start(['m1'])
    await cluster.settled()
    await add('m2')
    await cluster.join('m2')
    await cluster.settled()
    await cluster.store('m2').put({ key: bytes('a'), value: bytes('1') }, call())
    const before = cluster.store('m1').header().clusterId
    const { id } = (await cluster.store('m1').memberList({ linearizable: true }, call())).members
      .filter(({ name }) => name === 'm2')
      .at(0) ?? { id: 0 }
    await cluster.stop('m2')
    await cluster.stop('m1')
    const members = [{ id, name: 'm2', peerUrls: [], clientUrls: [], isLearner: false }]
    await Promise.all([cluster.start('m1'), cluster.start('m2', { clusterId: before, members })])
    await cluster.settled()
    assert.equal(await reads('m2', 'a'), '1')
    assert.equal(cluster.store('m2').header().clusterId, before)
  })

  it('learn before they vote, and are promoted once in sync', async () => {
    cluster = await StoreCluster.start(['m1'])
    await cluster.settled()
    for (let i = 0; i < 20; i++) {
      await cluster.store('m1').put({ key: bytes('k'), value: bytes(`${i}`) }, call())
    }
    const { id } = await add('m2', true)
    await assert.rejects(
      cluster.store('m1').memberPromote(BigInt(id), call()),
      refused('can only promote a learner member which is in sync with leader'),
    )
    await assert.rejects(add('m3', true), refused('too many learner members in cluster'))
    const learner = await cluster.join('m2')
    await until('the learner to learn', () => learner.header().revision === 21)
    assert.equal(learner.isLearner, true)
    assert.equal(await reads('m2', 'k', { stale: true }), '19')
    const own = cluster.open.get('m1')?.id ?? 0
    await assert.rejects(
      cluster.store('m1').memberPromote(BigInt(own), call()),
      refused('can only promote a learner member'),
    )
    // Asked of the learner itself: the leader is asked how far it is.
    const { members } = await learner.memberPromote(BigInt(id), call())
    assert.deepEqual(
      members.map(({ isLearner }) => isLearner),
      [false, false],
    )
    await until('the learner to vote', () => !learner.isLearner)
  })

  it('are promoted by themselves when asked so', async () => {
    cluster = await StoreCluster.start(['m1'], { autoPromote: true })
    await cluster.settled()
    await add('m2', true)
    const learner = await cluster.join('m2')
    await until('the learner to vote', () => {
      const members = cluster.open.get('m1')?.member.members() ?? []
      return members.length === 2 && members.every(({ isLearner }) => !isLearner)
    })
    await until('it to know', () => learner.header().raftTerm > 0 && !learner.isLearner)
  })

  it('are refused as etcd refuses them', async () => {
    cluster = await StoreCluster.start(['m1', 'm2', 'm3'])
    await cluster.settled()
    const store = cluster.store('m1')
    await assert.rejects(add('m2'), refused('Peer URLs already exists'))
    await assert.rejects(
      store.memberAdd({ peerUrls: ['nonsense'], isLearner: false }, call()),
      refused('given member URLs are invalid'),
    )
    await assert.rejects(store.memberRemove(1n, call()), refused('member not found'))
    const urls = [peerUrl('m9')]
    await assert.rejects(
      store.memberUpdate({ id: 1n, peerUrls: urls }, call()),
      refused('member not found'),
    )
    await assert.rejects(
      store.memberUpdate({ id: BigInt(cluster.idOf('m1')), peerUrls: [peerUrl('m2')] }, call()),
      refused('Peer URLs already exists'),
    )
    await assert.rejects(store.memberPromote(1n, call()), refused('member not found'))
    await add('m4')
    // One has not started yet.
    await assert.rejects(add('m5'), refused('unhealthy cluster'))
    await cluster.join('m4')
    await cluster.settled()
    await cluster.stop('m4')
    await assert.rejects(add('m5'), refused('unhealthy cluster'))
  })

  it('are not added to a quorum that stands on members which never started', async () => {
    cluster = await StoreCluster.start(['m1'])
    await cluster.settled()
    await add('m2')
    await assert.rejects(
      add('m3'),
      refused('re-configuration failed due to not enough started members'),
    )
    await cluster.join('m2')
    await cluster.settled()
    // It has started once it has told its name.
    const { member } = cluster.open.get('m1') as OpenStore
    await until('m2 to be known', () => member.members().some(({ name }) => name === 'm2'))
    await add('m3')
  })

  it('stop when they are removed, and find the others going on', async () => {
    cluster = await StoreCluster.start(['m1', 'm2', 'm3'])
    const leader = await cluster.settled()
    const [gone, stays] = ['m1', 'm2', 'm3'].filter((name) => name !== leader) as [string, string]
    await cluster.store(stays).memberRemove(BigInt(cluster.idOf(gone)), call())
    await until('it to stop', () => cluster.fatal.has(gone))
    const why = cluster.fatal.get(gone)
    assert.match(String(why), /the member has been permanently removed from the cluster/)
    await cluster.store(stays).put({ key: bytes('a'), value: bytes('b') }, call())
    await cluster.stop(gone)
    // Nor does it come back: it stops again, once it knows or is told.
    cluster.fatal.delete(gone)
    const again = await cluster.start(gone).then(
      () => until('it to stop', () => cluster.fatal.has(gone)).then(() => cluster.fatal.get(gone)),
      (error: unknown) => error,
    )
    assert.match(String(again), /permanently removed/)
  })

  it('lose their leader by removal without a long pause', async () => {
    cluster = await StoreCluster.start(['m1', 'm2', 'm3'])
    const leader = await cluster.settled()
    const stays = ['m1', 'm2', 'm3'].filter((name) => name !== leader)[0] as string
    const id = BigInt(cluster.idOf(leader))
    await cluster.store(leader).memberRemove(id, call())
    await cluster.store(stays).put({ key: bytes('a'), value: bytes('b') }, call())
    await until('it to stop', () => cluster.fatal.has(leader))
    assert.notEqual(cluster.store(stays).header().raftTerm, 0)
    const { members } = await cluster.store(stays).memberList({ linearizable: true }, call())
    assert.equal(members.length, 2)
  })

  it('shrink to one, which goes on alone', async () => {
    cluster = await StoreCluster.start(['m1', 'm2'])
    const leader = await cluster.settled()
    const other = leader === 'm1' ? 'm2' : 'm1'
    // The one that leads goes: the other must not need it any more.
    await cluster.store(leader).memberRemove(BigInt(cluster.idOf(leader)), call())
    await until('it to stop', () => cluster.fatal.has(leader))
    await cluster.stop(leader)
    await cluster.store(other).put({ key: bytes('a'), value: bytes('b') }, call())
    await assert.rejects(
      cluster.store(other).memberRemove(BigInt(cluster.idOf(other)), call()),
      refused('re-configuration failed due to not enough started members'),
    )
  })
})
