import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, Kubectl, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

/** Masters die, backups are restored: nothing acknowledged is lost. */
describe('drills', function () {
  this.timeout(300_000)
  let cluster: TestCluster
  let kubectl: Kubectl

  before(async function () {
    const program = findKubectls().at(-1)
    if (!program) skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up()
    kubectl = new Kubectl(program, cluster)
  })
  after(() => cluster?.destroy())

  it('loses no acknowledged write when leaders are killed', async () => {
    const report = JSON.parse(
      await cluster.expect('drill', 'failover', '--times', '2', '-o', 'json'),
    )
    assert.equal(report.kills.length, 2)
    assert.equal(report.lostWrites, 0)
    assert.ok(report.acknowledgedWrites > 0)
    assert.ok(report.medianGapMs > 0)
  })

  it('says so when most masters are dead, and recovers when one returns', async () => {
    await kubectl.do('create configmap kept --from-literal=k=v')
    await cluster.expect('kill', 'master-1')
    await cluster.expect('kill', 'master-2')
    const refused = await kubectl.try('create configmap lost --request-timeout=5s')
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /error|Error|unable|timed out|no leader/i)
    await cluster.expect('start', 'master-1')
    await eventually('writes work again', async () => {
      return (await kubectl.try('annotate configmap kept back=yes --overwrite')).code === 0
    })
    assert.equal(await kubectl.do('get configmap kept -o jsonpath={.data.k}'), 'v')
    await cluster.expect('start', 'master-2')
  })

  it('brings everything back from a backup, with its identity', async () => {
    const file = join(cluster.dataDir, '..', `navarch-backup-${process.pid}.db`)
    await kubectl.do('apply -f cluster/examples/web.yaml')
    await kubectl.do('rollout status deployment/web --timeout=60s')
    const uid = 'get deployment web -o jsonpath={.metadata.uid}'
    const before = await kubectl.do(uid)
    await cluster.expect('backup', 'save', file)
    await cluster.expect('down', '--purge')
    await cluster.expect('backup', 'restore', file)
    await cluster.expect('up')
    assert.equal(await kubectl.do(uid), before)
    await kubectl.do('rollout status deployment/web --timeout=60s')

    const altered = `${file}.altered`
    const bytes = readFileSync(file)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff
    writeFileSync(altered, bytes)
    const refused = await cluster.navarch('backup', 'status', altered)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /altered|hash|integrity|checksum/i)
    truncateSync(file, 100)
    const short = await cluster.navarch('backup', 'status', file)
    assert.equal(short.code, 1)
    assert.match(short.stderr, /truncated|short|integrity/i)
  })

  it('measures writes alone where there are no controllers, and leaves nothing there', async () => {
    const alone = await TestCluster.up('--api-only')
    try {
      const words = ['drill', 'failover', '--times', '1', '-o', 'json']
      const report = JSON.parse(await alone.expect(...words))
      assert.deepEqual([report.kills[0].scaledMs, report.lostWrites], [null, 0])
      const small = new Kubectl(findKubectls().at(-1) ?? '', alone)
      assert.doesNotMatch(await small.do('get namespaces -o name'), /drill/)
    } finally {
      await alone.destroy()
    }
  })

  it('goes back to a moment, from what a master archived', async () => {
    const alone = TestCluster.empty()
    const archive = `${alone.dataDir}.archive`
    const up = ['up', '--api-only', '--masters', '1', '--archive', archive]
    try {
      await alone.expect(...up)
      const small = new Kubectl(findKubectls().at(-1) ?? '', alone)
      await small.do('create configmap first --from-literal=k=v')
      const revision = await small.do('get configmap first -o jsonpath={.metadata.resourceVersion}')
      await small.do('create configmap second --from-literal=k=v')
      await alone.expect('down', '--purge')
      const restore = ['backup', 'restore', '--archive', archive, '--to-revision']
      cpSync(join(archive, 'master-1'), join(archive, 'master-2'), { recursive: true })
      const late = await alone.navarch(...restore, '999999')
      assert.match(
        late.stderr,
        /none of 2 archives .* furthest is .*: the archive ends at revision \d+/,
      )
      assert.equal(late.code, 1)
      const restored = await alone.navarch(...restore, revision, '-o', 'json')
      assert.equal(JSON.parse(restored.stdout).revision, Number(revision))
      assert.match(restored.stderr, /name a new folder: `up --archive DIR`\.\n$/)
      // The new cluster's log does not follow the old one's.
      const mixed = await alone.navarch(...up)
      assert.match(mixed.stderr, /holds the archive of another cluster/)
      await alone.expect('up', '--archive', '')
      assert.equal(await small.do('get configmap first -o jsonpath={.data.k}'), 'v')
      assert.notEqual((await small.try('get configmap second')).code, 0)
    } finally {
      await alone.destroy()
      rmSync(archive, { recursive: true, force: true })
    }
  })
})
