import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { eventually, type Outcome, run, TestCluster } from '../support/navarch.ts'
import { needProgram } from '../support/peers.ts'

/** Debian's etcdctl against the store of a running cluster, with what `navarch env` prints. */
describe('etcdctl', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let env: NodeJS.ProcessEnv

  before(async function () {
    needProgram(this, 'etcdctl')
    cluster = await TestCluster.up('--nodes', '0')
    env = await cluster.etcdEnv()
  })
  after(() => cluster?.destroy())

  const etcdctl = (args: string, input?: string): Promise<Outcome> =>
    run('etcdctl', args.split(' '), { env, ...(input !== undefined && { input }) })
  const out = async (args: string, input?: string): Promise<string> => {
    const outcome = await etcdctl(args, input)
    assert.equal(outcome.code, 0, `etcdctl ${args}: ${outcome.stderr}`)
    return outcome.stdout.trim()
  }

  it('puts, gets and deletes', async () => {
    assert.equal(await out('put greeting hello'), 'OK')
    assert.equal(await out('get greeting'), 'greeting\nhello')
    assert.equal(await out('get greeting --print-value-only'), 'hello')
    assert.equal(await out('get gree --prefix --keys-only'), 'greeting')
    assert.equal(await out('del greeting'), '1')
    assert.equal(await out('get greeting'), '')
  })

  it('runs transactions', async () => {
    await out('put account 10')
    const answer = await out(
      'txn',
      'value("account") = "10"\n\nput account 20\n\nput account 0\n\n',
    )
    assert.match(answer, /^SUCCESS\n\nOK/)
    assert.equal(await out('get account --print-value-only'), '20')
  })

  it('watches from a revision', async () => {
    const header = JSON.parse(await out('put w 1 -w json')).header
    await out('put w 2')
    const watch = spawn('etcdctl', ['watch', 'w', `--rev=${header.revision}`], { env })
    let text = ''
    watch.stdout.on('data', (chunk) => (text += chunk))
    await eventually('both events', () => text === 'PUT\nw\n1\nPUT\nw\n2\n')
    await out('del w')
    await eventually('the deletion', () => text.endsWith('DELETE\nw\n\n'))
    watch.kill()
  })

  it('grants, attaches, renews and revokes leases', async () => {
    const granted = await out('lease grant 60')
    const id = /lease ([0-9a-f]+) granted with TTL\(60s\)/.exec(granted)?.[1]
    assert.ok(id, granted)
    await out(`put held x --lease=${id}`)
    assert.match(await out(`lease timetolive ${id} --keys`), /attached keys\(\[held\]\)/)
    assert.match(await out(`lease keep-alive ${id} --once`), /keepalived with TTL\(60\)/)
    assert.match(await out('lease list'), new RegExp(id))
    await out(`lease revoke ${id}`)
    assert.equal(await out('get held'), '')
  })

  it('lets a lease run out', async () => {
    const id = /lease ([0-9a-f]+)/.exec(await out('lease grant 2'))?.[1]
    await out(`put brief x --lease=${id}`)
    await eventually('the key is gone', async () => (await out('get brief')) === '')
  })

  it('shows members, status and health', async () => {
    assert.equal((await out('member list')).split('\n').length, 3)
    const statuses = JSON.parse(await out('endpoint status -w json'))
    assert.equal(statuses.length, 3)
    const leaders = new Set(statuses.map((s: { Status: { leader: unknown } }) => s.Status.leader))
    assert.equal(leaders.size, 1)
    const health = await etcdctl('endpoint health')
    assert.equal(health.code, 0, health.stderr)
  })

  it('compacts', async () => {
    const { revision } = JSON.parse(await out('put c 1 -w json')).header
    await out('put c 2')
    assert.equal(await out(`compaction ${revision + 1}`), `compacted revision ${revision + 1}`)
    const old = await etcdctl(`get c --rev=${revision}`)
    assert.equal(old.code, 1)
    assert.match(old.stderr, /mvcc: required revision has been compacted/)
    assert.equal(await out('get c --print-value-only'), '2')
  })

  it('saves a snapshot that etcdctl reads', async () => {
    const file = join(cluster.dataDir, 'etcdctl.db')
    // A snapshot is one member's; etcdctl refuses a flag beside the variable.
    const one = { ...env, ETCDCTL_ENDPOINTS: env.ETCDCTL_ENDPOINTS?.split(',')[0] }
    const saved = await run('etcdctl', ['snapshot', 'save', file], { env: one })
    assert.equal(saved.code, 0, saved.stderr)
    const status = JSON.parse(await out(`snapshot status ${file} -w json`))
    assert.ok(status.totalKey > 0 && status.revision > 0)
    const ours = JSON.parse(await cluster.expect('backup', 'status', file, '-o', 'json'))
    assert.equal(ours.revision, status.revision)
    assert.equal(ours.totalKey ?? ours.keys, status.totalKey)
  })

  it('refuses who has no certificate of ours', async () => {
    const bare = { ...env }
    delete bare.ETCDCTL_CERT
    delete bare.ETCDCTL_KEY
    const refused = await run(
      'etcdctl',
      ['--dial-timeout=2s', '--command-timeout=2s', 'get', 'x'],
      {
        env: bare,
      },
    )
    assert.notEqual(refused.code, 0)
  })
})
