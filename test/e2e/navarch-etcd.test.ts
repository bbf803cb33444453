import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, type Outcome, run } from '../support/navarch.ts'
import { needProgram } from '../support/peers.ts'
import { EtcdProcesses } from '../support/store/etcd-process.ts'

const navarch = join(import.meta.dirname, '../../bin/navarch')

/** `navarch store` looks at its data before it reads what is in these. */
const NO_TLS = [
  '--listen-client-urls=http://127.0.0.1:2379',
  ...['peer-cert-file', 'peer-key-file', 'peer-trusted-ca-file'].map((f) => `--${f}=${navarch}`),
]

/** `navarch etcd` in etcd's place: started with a script's flags, driven with Debian's etcdctl. */
describe('navarch etcd', function () {
  this.timeout(120_000)
  let etcd: EtcdProcesses
  before(function () {
    needProgram(this, 'etcdctl')
  })
  afterEach(() => etcd?.close())

  const out = (args: string, names?: readonly string[]) => etcd.out(args, names)
  const start = async (names: readonly string[], flags: readonly string[] = []) => {
    etcd = await EtcdProcesses.open()
    const initial = await etcd.initial(names)
    await Promise.all(names.map((name) => etcd.start(name, initial, { flags })))
    await etcd.ready(...names)
  }
  const members = async () => {
    const rows = (await out('member list', ['m1'])).split('\n').map((row) => row.split(', '))
    return new Map(
      rows.map(([id, status, name, peer, , learner]) => [name || peer, { id, status, learner }]),
    )
  }
  /** A change waits, as etcd's does, until all members are connected for a while. */
  const whenHealthy = async (args: string): Promise<string> => {
    let text = ''
    await eventually(`etcdctl ${args}`, async () => {
      const outcome = await etcd.etcdctl(args, ['m1'])
      text = outcome.stdout
      if (outcome.code !== 0 && !outcome.stderr.includes('unhealthy cluster')) {
        throw new Error(outcome.stderr)
      }
      return outcome.code === 0
    })
    return text
  }

  it('is one of three, and members come and go at run time', async () => {
    await start(['m1', 'm2', 'm3'])
    await out('endpoint health')
    assert.equal(await out('put a 1'), 'OK')
    const { peer } = await etcd.urls('m4')
    const added = await whenHealthy(`member add m4 --learner --peer-urls=${peer}`)
    assert.match(added, /Member +[0-9a-f]+ added to cluster/)
    const initial = /ETCD_INITIAL_CLUSTER="([^"]*)"/.exec(added)?.[1] ?? ''
    await etcd.start('m4', initial, { state: 'existing' })
    await etcd.ready('m4')
    const m4 = (await members()).get('m4')
    assert.equal(m4?.learner, 'true')
    assert.match((await etcd.etcdctl('get a', ['m4'])).stderr, /rpc not supported for learner/)
    assert.equal(await out('get a --consistency=s --print-value-only', ['m4']), '1')
    await eventually('the promotion', async () => {
      return (await etcd.etcdctl(`member promote ${m4?.id}`, ['m1'])).code === 0
    })
    assert.equal(await out('get a --print-value-only', ['m4']), '1')
    await out(`move-leader ${(await members()).get('m4')?.id}`)
    const status = JSON.parse(await out('endpoint status -w json', ['m4']))
    assert.equal(status[0].Status.leader, status[0].Status.header.member_id)
    const hashes = JSON.parse(await out('endpoint hashkv -w json'))
    assert.equal(
      new Set(hashes.map((each: { HashKV: { hash: number } }) => each.HashKV.hash)).size,
      1,
    )
    // The leader goes: it stops by itself, and the rest goes on.
    await whenHealthy(`member remove ${m4?.id}`)
    const gone = etcd.members.get('m4')
    assert.equal(await gone?.exit(), 0)
    assert.match(gone?.text() ?? '', /the member has been permanently removed from the cluster/)
    assert.match(gone?.text() ?? '', /data-dir used by this member must be removed/)
    etcd.members.delete('m4')
    assert.equal(await out('put a 2'), 'OK')
    assert.equal((await members()).size, 3)
  })

  it('compacts, defragments, alarms, saves snapshots and stops by the signal', async () => {
    await start(['m1'], ['--quota-backend-bytes=16777216', '--auto-compaction-mode=revision'])
    for (let i = 0; i < 3; i++) await out(`put a ${i}`)
    assert.equal(await out('compaction 3'), 'compacted revision 3')
    assert.match(await out('defrag'), /Finished defragmenting etcd member/)
    assert.equal(await out('alarm list'), '')
    const path = join(etcd.folder, 'backup.db')
    await out(`snapshot save ${path}`)
    assert.match(await out(`snapshot status ${path}`), /^[0-9a-f]+, 4, /)
    const dataDir = ['--data-dir', join(etcd.folder, 'm1')]
    assert.match(
      (await etcdutl('defrag', ...dataDir)).stderr,
      /^Error: Failed to defragment .*stop it first/,
    )
    const m1 = etcd.members.get('m1')
    const [hashed] = JSON.parse(await out('endpoint hashkv -w json'))
    m1?.child.kill('SIGTERM')
    assert.equal(await m1?.exit(), 'SIGTERM')

    // etcdutl tells as etcdctl 3.4 does; since then there is a version.
    for (const format of ['simple', 'table', 'json']) {
      const theirs = await out(`snapshot status ${path} -w ${format}`)
      const { stdout: ours } = await etcdutl('snapshot', 'status', path, '-w', format)
      const older = ours
        .replace(/, \n$/, '')
        .replace(',"version":""', '')
        .replace(/-+\+$/gm, '')
        .replace(/(?: VERSION | {9})\|$/gm, '')
      assert.equal(older.trim(), theirs, format)
    }
    const fields = (await etcdutl('snapshot', 'status', path, '-w', 'fields')).stdout
    assert.match(fields, /^"Hash" : \d+\n"Revision" : 4\n"Keys" : \d+\n"Size" : \d+\n"Version" :/)
    const { stdout } = await etcdutl('hashkv', path, '-w', 'json')
    assert.deepEqual(JSON.parse(stdout), {
      hash: hashed.HashKV.hash,
      hashRevision: 4,
      compactRevision: 3,
    })
    assert.match((await etcdutl('hashkv', path, '--rev=9')).stderr, /is a future revision/)
    assert.equal((await etcdutl('defrag', ...dataDir)).code, 0)
    const codes = [
      ['migrate', '--data-dir=x', '--target-version=3.5'],
      ['snapshot', 'status'],
      ['snapshot', 'restore', path, '--bump-revision=1'],
      ['snapshot', 'status', path, '--write-out=xml'],
      ['nothing'],
    ].map(async (args) => (await etcdutl(...args)).code)
    assert.deepEqual(await Promise.all(codes), [1, 128, 128, 4, 1])
    assert.match(
      (await etcdutl('version')).stdout,
      /^etcdutl version: 3\.6\.\d+\nAPI version: 3\.6\n$/,
    )
  })

  it('goes on alone with --force-new-cluster', async () => {
    await start(['m1', 'm2', 'm3'])
    await out('put a 1')
    // Not in the state yet, but in its log: the new cluster would wait for this member for ever.
    await whenHealthy('member add m4 --peer-urls=http://127.0.0.1:1')
    for (const name of ['m1', 'm2', 'm3']) etcd.members.get(name)?.child.kill('SIGKILL')
    await Promise.all([...etcd.members.values()].map(({ exit }) => exit()))
    etcd.members.clear()
    await etcd.start('m1', await etcd.initial(['m1', 'm2', 'm3']), {
      flags: ['--force-new-cluster'],
    })
    await etcd.ready('m1')
    assert.equal((await members()).size, 1)
    assert.equal(await out('get a --print-value-only'), '1')
    assert.equal(await out('put a 2'), 'OK')
  })

  it('archives its log, kill -9 or not, and is brought back to any revision', async () => {
    etcd = await EtcdProcesses.open()
    const archive = join(etcd.folder, 'archive')
    const initial = await etcd.initial(['m1'])
    for (let life = 0; life < 2; life++) {
      await etcd.start('m1', initial, { flags: ['--archive-dir', archive] })
      await etcd.ready('m1')
      for (let i = 0; i < 5; i++) await out(`put a ${life}-${i}`)
      const m1 = etcd.members.get('m1')
      m1?.child.kill('SIGKILL')
      await m1?.exit()
    }
    const backup = join(etcd.folder, 'at-4.db')
    const snapshot = async (...args: string[]) => {
      const { code, stderr } = await etcdutl('snapshot', ...args)
      assert.equal(code, 0, stderr)
    }
    await snapshot('from-archive', archive, backup, '--to-revision', '4')
    const { peer } = await etcd.urls('r1')
    const data = ['--data-dir', join(etcd.folder, 'r1'), '--name', 'r1']
    const bump = ['--bump-revision', '1000', '--mark-compacted']
    await snapshot('restore', backup, ...data, '--initial-cluster', `r1=${peer}`, ...bump)
    await etcd.start('r1', await etcd.initial(['r1']))
    await etcd.ready('r1')
    assert.equal(await out('get a --print-value-only', ['r1']), '0-2')
    const { header } = JSON.parse(await out('put b 1 -w json', ['r1']))
    assert.equal(header.revision, 1005)
    assert.match((await etcd.etcdctl('get a --rev=3', ['r1'])).stderr, /has been compacted/)
  })

  it('ends, and takes no URL that is none, as etcd', async function () {
    const program = needProgram(this, 'etcd')
    const answers: unknown[] = []
    for (const command of [[navarch, 'etcd'], [program]]) {
      const found: unknown[] = []
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        etcd = await EtcdProcesses.open(command)
        const m1 = await etcd.start('m1', await etcd.initial(['m1']))
        await eventually('a put', async () => (await etcd.etcdctl('put a 1')).code === 0)
        m1.child.kill(signal)
        found.push(await m1.exit())
        await etcd.close()
      }
      for (const url of ['127.0.0.1:1', 'http://127.0.0.1:1,localhost:2', ':1', 'http://x']) {
        const [name, ...rest] = [...command, '--listen-client-urls', url]
        const { code, stderr } = await run(name, rest)
        found.push(`${code} ${stderr.split('\n')[0]}`)
      }
      answers.push(found)
    }
    assert.deepEqual(answers[0], answers[1])
  })

  it("does not start beside an etcd's data", async function () {
    const program = needProgram(this, 'etcd')
    for (const flags of [[], ['--wal-dir', 'elsewhere']]) {
      etcd = await EtcdProcesses.open([program])
      const given = flags.map((flag) => flag.replace('elsewhere', join(etcd.folder, 'elsewhere')))
      const initial = await etcd.initial(['m1'])
      const real = await etcd.start('m1', initial, { flags: given })
      await eventually('a put', async () => (await etcd.etcdctl('put a 1')).code === 0)
      real.child.kill('SIGTERM')
      await real.exit()
      // Its log alone is enough to know it by.
      if (flags.length > 0) await rm(join(etcd.folder, 'm1', 'member'), { recursive: true })
      const files = async () => (await readdir(etcd.folder, { recursive: true })).sort()
      const before = await files()
      const { peer, client } = await etcd.urls('m1')
      const urls =
        `--listen-client-urls=${client} --advertise-client-urls=${client} ` +
        `--listen-peer-urls=${peer} --initial-advertise-peer-urls=${peer}`
      const data = ['--auto-tls', '--data-dir', join(etcd.folder, 'm1'), ...given]
      const args = ['etcd', '--name=m1', `--initial-cluster=${initial}`, ...data]
      const { code, stderr } = await run(navarch, [...args, ...urls.split(' ')])
      assert.equal(code, 1, stderr)
      const holds = /(snap|elsewhere) holds the data of an etcd.*etcdctl snapshot save/
      assert.match(stderr, holds)
      if (flags.length === 0) {
        const alone = await run(navarch, ['store', '--name=m1', ...data.slice(1, 3), ...NO_TLS])
        assert.match(alone.stderr, holds)
        const defragmented = await run(navarch, ['etcdutl', 'defrag', ...data.slice(1, 3)])
        assert.equal(defragmented.code, 1)
        assert.match(defragmented.stderr, /holds the data of an etcd.*use etcd's own etcdutl/)
      }
      assert.deepEqual(await files(), before)
      await etcd.close()
    }
  })

  it('refuses what etcd refuses, in its words', async function () {
    const program = needProgram(this, 'etcd')
    const commands = [
      'member remove 1',
      'member promote 1',
      'member update 1 --peer-urls=http://127.0.0.1:1',
      'compaction 100',
      'get a --rev=100',
      'lease revoke 1',
      'alarm disarm',
      'role grant-permission nobody read a',
      'move-leader 1',
    ]
    const answers: string[][] = []
    for (const command of [undefined, [program]]) {
      etcd = await EtcdProcesses.open(command)
      await etcd.start('m1', await etcd.initial(['m1']))
      await eventually('a put', async () => (await etcd.etcdctl('put a 1')).code === 0)
      const found: string[] = []
      for (const args of commands) {
        const { code, stdout, stderr } = await etcd.etcdctl(args)
        found.push(`${args}: ${code} ${stdout.trim()} ${errorOf(stderr)}`)
      }
      answers.push(found)
      await etcd.close()
    }
    assert.deepEqual(answers[0], answers[1])
    assert.equal(
      await refusalOf(['--no-such-flag']),
      '2 flag provided but not defined: -no-such-flag',
    )
  })

  it('takes its settings from variables and from a file', async () => {
    etcd = await EtcdProcesses.open()
    const { peer, client } = await etcd.urls('f1')
    const config = join(etcd.folder, 'etcd.yaml')
    const lines = {
      name: 'f1',
      'data-dir': join(etcd.folder, 'f1'),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `f1=${peer}`,
      'log-outputs': `[${join(etcd.folder, 'log')}]`,
    }
    const text = Object.entries(lines).map(([name, value]) => `${name}: ${value}\n`)
    await writeFile(config, text.join(''))
    const child = await etcd.start('ignored', '', { flags: ['--config-file', config] })
    const log = () => readFile(join(etcd.folder, 'log'), 'utf8').catch(() => '')
    await eventually('it to be ready', async () => (await log()).includes('ready to serve'))
    assert.match(await log(), /"local-member-attributes":"{Name:f1 /)
    child.child.kill('SIGTERM')
    assert.equal(await child.exit(), 'SIGTERM')
  })

  async function etcdutl(...args: string[]): Promise<Outcome> {
    return await run(navarch, ['etcdutl', ...args])
  }

  async function refusalOf(flags: string[]): Promise<string> {
    const { code, stderr } = await run(navarch, ['etcd', ...flags])
    return `${code} ${stderr.split('\n')[0]}`
  }
})

/** What etcdctl tells of a failure, without its own time and log fields. */
function errorOf(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? ''
  const found = /"error":"([^"]*)"|Error: (.*)$/.exec(line)
  return found?.[1] ?? found?.[2] ?? line
}
