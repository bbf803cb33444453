import assert from 'node:assert/strict'
import {
  type CliPorts,
  type ClusterControl,
  type ClusterStatus,
  runCli,
  UserError,
} from '../../../src/cli/index.ts'

const STATUS: ClusterStatus = {
  masters: [
    {
      name: 'master-1',
      pid: 42,
      state: 'running',
      raft: { role: 'leader', term: 3, commitIndex: 10, appliedIndex: 9 },
      leads: { store: true, controllers: true, scheduler: false },
      api: { endpoint: 'https://127.0.0.1:6443', healthy: true },
    },
    {
      name: 'master-2',
      pid: 0,
      state: 'stopped',
      raft: null,
      leads: { store: false, controllers: false, scheduler: false },
      api: { endpoint: 'https://127.0.0.1:6444', healthy: false },
    },
  ],
  nodes: [{ name: 'node-1', pid: 43, ready: true, pods: 2, known: true }],
  notes: ['Service a/b: served elsewhere'],
}

const INFO = { revision: 5, totalKey: 7, totalSize: 20_480, hash: 'abcd' }

const KILL = { master: 'master-1', led: 'store', gapMs: 120, scaledMs: null, rejoinedMs: 1500 }

interface Size {
  apiOnly?: boolean
  readonly masters: number
  readonly nodes: number
}

/** A cluster that only remembers what it was asked. */
function fake(calls: unknown[], lostWrites: number, size: Size): ClusterControl {
  const told =
    <T>(name: string, answer: T) =>
    (...args: unknown[]) => {
      calls.push([name, ...args.filter((arg) => !(arg instanceof Object && 'signal' in arg))])
      return Promise.resolve(answer)
    }
  return {
    up: told('up', { kubeconfig: '/k', tookMs: 1234, hollowNodes: 0, apiOnly: false, ...size }),
    down: told('down', true),
    status: told('status', STATUS),
    kill: (name, signal) => {
      if (name === 'master-9') return Promise.reject(new UserError('there is no "master-9"'))
      if (name === 'bug') return Promise.reject(new TypeError('a bug'))
      return told('kill', undefined)(name, signal)
    },
    start: told('start', undefined),
    addNode: told('addNode', 'node-3'),
    async *logs(name, { follow, tail }) {
      calls.push(['logs', name, follow, tail])
      yield 'a line\n'
    },
    environment: told('environment', { KUBECONFIG: "/a b/it's", ETCDCTL_API: '3' }),
    backupSave: told('backupSave', INFO),
    backupStatus: told('backupStatus', INFO),
    backupRestore: told('backupRestore', INFO),
    archiveRestore: told('archiveRestore', INFO),
    drillFailover: told('drillFailover', {
      kills: [KILL],
      medianGapMs: 120,
      acknowledgedWrites: 99,
      lostWrites,
    }),
    drillRestore: told('drillRestore', {
      objects: 3,
      missing: [],
      changedUids: ['/api/v1/pods default/a'],
      revision: 5,
      savedMs: 10,
      restoredMs: 20,
    }),
  }
}

async function run(line: string, lostWrites = 0, size: Size = { masters: 3, nodes: 2 }) {
  const calls: unknown[] = []
  const text = { out: '', err: '' }
  const folders: (string | undefined)[] = []
  const ports: CliPorts = {
    terminal: { out: (t) => (text.out += t), err: (t) => (text.err += t) },
    signal: new AbortController().signal,
    version: '1.2.3',
    absolute: (path) => `/here/${path}`,
    simulate: ({ seed }) => Promise.resolve(seed !== 666),
    cluster(dataDir) {
      folders.push(dataDir)
      return fake(calls, lostWrites, size)
    },
  }
  const code = await runCli(line.split(' ').filter(Boolean), ports)
  return { code, calls, folders, ...text }
}

describe('cli', () => {
  it('hands over what was asked for', async () => {
    const cases: [line: string, call: unknown[]][] = [
      ['up --masters 5 --nodes 0', ['up', { masters: 5, nodes: 0 }]],
      ['up', ['up', {}]],
      ['up --hollow-nodes 1000', ['up', { hollowNodes: 1000 }]],
      ['up --api-only --masters 1', ['up', { masters: 1, apiOnly: true }]],
      [
        'up --apiserver-arg audit-log-path=a --apiserver-arg --api-audiences=b --kubelet-arg=',
        ['up', { args: { apiserver: ['audit-log-path=/here/a', 'api-audiences=b'], kubelet: [] } }],
      ],
      ['down --purge', ['down', { purge: true }]],
      ['kill master-1', ['kill', 'master-1', 'SIGKILL']],
      ['kill node-1 --signal term', ['kill', 'node-1', 'SIGTERM']],
      ['start master-1', ['start', 'master-1']],
      ['node add', ['addNode']],
      ['logs master-1 -f --tail 5', ['logs', 'master-1', true, 5]],
      ['backup save f', ['backupSave', 'f']],
      ['backup restore f', ['backupRestore', 'f']],
      [
        'backup restore --archive a --to-revision 7',
        ['archiveRestore', { folder: 'a', to: { revision: 7 } }],
      ],
      [
        'backup restore --archive a --to-time 2026-01-31T12:00:00Z',
        ['archiveRestore', { folder: 'a', to: { timeMs: Date.UTC(2026, 0, 31, 12) } }],
      ],
      ['up --archive a', ['up', { archive: '/here/a' }]],
      ['up --archive=', ['up', { archive: '' }]],
      ['drill failover --times 2', ['drillFailover', { times: 2 }]],
    ]
    for (const [line, call] of cases) {
      const { code, calls, folders } = await run(`${line} --data-dir /d`)
      assert.deepEqual([code, calls, folders], [0, [call], ['/d']], line)
    }
  })

  it('prints the status under the names that scripts rely on', async () => {
    const { out } = await run('status -o json')
    assert.deepEqual(JSON.parse(out), STATUS)
    const table = (await run('status')).out
    assert.match(table, /^MASTER +PID +STATE +ROLE +TERM +COMMIT +APPLIED +LEADS +API +HEALTHY\n/)
    assert.match(
      table,
      /master-1 +42 +running +leader +3 +10 +9 +store,controllers +https:.* yes\n/,
    )
    assert.match(table, /master-2 +- +stopped +- +- +- +- +- +https:.* no\n/)
    assert.equal(table.includes('?'), false)
    assert.match(table, /node-1 +43 +yes +2\n\nService a\/b/)
  })

  it('suggests after `up` what a cluster of that size can do', async () => {
    const { out } = await run('up --data-dir /d')
    const columns = out.split('\n').flatMap((line) => /^ {2}(.*?) {3,}/.exec(line)?.[0] ?? [])
    assert.match(out, /drill failover --data-dir \/d/)
    assert.equal(new Set(columns.map((text) => text.length)).size, 1)
    const small = await run('up', 0, { masters: 1, nodes: 0 })
    assert.match(small.out, /1 master, 0 nodes/)
    assert.doesNotMatch(small.out, /kill|drill|web\.yaml/)
    const api = await run('up --api-only', 0, { masters: 3, nodes: 0, apiOnly: true })
    assert.doesNotMatch(api.out.split('\n').slice(2).join('\n'), /controllers|nodes/)
  })

  it('prints export lines that a shell reads', async () => {
    assert.equal(
      (await run('env')).out,
      `export KUBECONFIG='/a b/it'\\''s'\nexport ETCDCTL_API=3\n`,
    )
  })

  it('tells wrong calls (2) from failures (1) and bugs', async () => {
    for (const line of [
      'frob',
      'kill',
      'up --frob',
      'up --masters 0',
      'up --masters x',
      'up --api-only --nodes 2',
      'up --api-only --hollow-nodes 2',
      'up --hollow-nodes 0',
      'up --scheduler-arg config',
      'backup',
    ]) {
      const { code, err, out } = await run(line)
      assert.equal(code, 2, line)
      assert.notEqual(err + out, '')
    }
    const failed = await run('kill master-9')
    assert.deepEqual([failed.code, failed.err], [1, 'error: there is no "master-9"\n'])
    const signal = await run('kill master-1 --signal FOO')
    assert.match(signal.err, /^error: no such signal: FOO \(such as SIGTERM, /)
    assert.deepEqual([signal.code, signal.calls], [2, []])
    await assert.rejects(run('kill bug'), TypeError)
    for (const line of ['--help', 'up --help', 'drill failover --help', 'version', '--version']) {
      const { code, out } = await run(line)
      assert.equal(code, 0, line)
      assert.notEqual(out, '')
    }
  })

  it('fails a drill that lost something', async () => {
    const good = await run('drill failover -o json')
    assert.deepEqual([good.code, JSON.parse(good.out).medianGapMs], [0, 120])
    assert.match((await run('drill failover')).out, /1 +master-1 +store +120 ms +- +1\.5 s/)
    const lost = await run('drill failover', 2)
    assert.deepEqual([lost.code, lost.err], [1, 'error: 2 acknowledged writes were lost\n'])
    const restore = await run('drill restore')
    assert.equal(restore.code, 1)
    assert.match(restore.out, /another UID: \/api\/v1\/pods default\/a/)
  })

  it('fails a simulation that breaks a promise', async () => {
    assert.equal((await run('simulate --seed 7')).code, 0)
    assert.equal((await run('simulate --seed 666')).code, 1)
  })

  it('shows a backup as etcdctl does', async () => {
    const { out } = await run('backup status f')
    assert.equal(
      out,
      'HASH   REVISION   TOTAL KEYS   TOTAL SIZE\nabcd   5          7            20 kB\n',
    )
    assert.deepEqual(JSON.parse((await run('backup status f -o json')).out), INFO)
  })
})
