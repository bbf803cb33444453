import assert from 'node:assert/strict'
import { KubeApiserver } from '../support/kube-apiserver.ts'
import { eventually } from '../support/navarch.ts'
import { findKubectls, needProgram, skipOptional, skipWithout } from '../support/peers.ts'
import { EtcdProcesses } from '../support/store/etcd-process.ts'
import { sameHashes } from '../support/store/load.ts'
import { OpensslAuthority } from '../support/store/openssl.ts'

const NAMES = ['m1', 'm2', 'm3']
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const WRITERS = 4
/** `KILLS=50` for the long form. */
const KILLS = Number(process.env['KILLS'] ?? 6)
const PAUSE_MS = 20
/** The API server compacts what is older than one interval, after two of them. */
const COMPACTS_MS_MAX = 60_000

/** Kubernetes' own API server, with our members in the place of etcd. */
describe('kube-apiserver on our store', function () {
  this.timeout(600_000 + KILLS * 20_000)
  let etcd: EtcdProcesses
  let api: KubeApiserver
  let initial: string
  let flags: readonly string[]

  before(async function () {
    const program = process.env['KUBE_APISERVER'] ?? skipOptional(this, 'KUBE_APISERVER')
    needProgram(this, 'openssl')
    etcd = await EtcdProcesses.open()
    etcd.scheme = 'https'
    const authority = await OpensslAuthority.make(etcd.folder, 'authority')
    const { cert, key } = await authority.issue('server')
    flags = [
      `--cert-file=${cert}`,
      `--key-file=${key}`,
      `--trusted-ca-file=${authority.cert}`,
      '--client-cert-auth',
      `--peer-cert-file=${cert}`,
      `--peer-key-file=${key}`,
      `--peer-trusted-ca-file=${authority.cert}`,
      '--peer-client-cert-auth',
    ]
    initial = await etcd.initial(NAMES)
    await Promise.all(NAMES.map((name) => etcd.start(name, initial, { flags })))
    await etcd.ready(...NAMES)
    const client = await authority.issue('kube-apiserver')
    Object.assign(process.env, {
      ETCDCTL_CACERT: authority.cert,
      ETCDCTL_CERT: client.cert,
      ETCDCTL_KEY: client.key,
    })
    api = await KubeApiserver.start({
      program,
      folder: etcd.folder,
      etcdServers: [...etcd.members.values()].map((member) => member.client),
      etcdAuthority: authority.cert,
      etcdClient: client,
      flags: [
        '--feature-gates=ConsistentListFromCache=true',
        '--etcd-compaction-interval=5s',
        '--etcd-count-metric-poll-period=2s',
        '--etcd-db-metric-poll-interval=2s',
      ],
    })
  })
  after(async () => {
    for (const name of ['CACERT', 'CERT', 'KEY']) delete process.env[`ETCDCTL_${name}`]
    await api?.stop()
    await etcd?.close()
  })

  const list = async (query: string): Promise<{ names: string[]; next: string }> => {
    const { status, body } = await api.call('GET', `${CONFIG_MAPS}?${query}`)
    assert.equal(status, 200, body)
    const { items, metadata } = JSON.parse(body)
    const names = items.map((each: { metadata: { name: string } }) => each.metadata.name)
    return { names, next: metadata.continue ?? '' }
  }
  const listInPages = async (): Promise<string[]> => {
    const all: string[] = []
    for (let next = ''; ; ) {
      const page = await list(`limit=37&continue=${encodeURIComponent(next)}`)
      all.push(...page.names)
      next = page.next
      if (next === '') return all
    }
  }

  it('serves kubectl', async function () {
    const program = findKubectls().at(-1) ?? skipWithout(this, 'kubectl is not installed')
    const kubectl = async (args: string, input?: string) => {
      const { code, stdout, stderr } = await api.kubectl(program, args, input)
      assert.equal(code, 0, `kubectl ${args}: ${stderr}`)
      return stdout.trim()
    }
    await kubectl('create namespace made')
    const claim = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } }
    await kubectl('apply -n made --server-side -f -', JSON.stringify(claim))
    await kubectl('apply -n made -f -', JSON.stringify({ ...claim, data: { a: '2' } }))
    assert.equal(await kubectl('get -n made configmap c -o jsonpath={.data.a}'), '2')
    await kubectl('create -n made deployment web --image=web --replicas=3')
    await kubectl('scale -n made deployment web --replicas=5')
    assert.equal(await kubectl('get -n made deployment web -o jsonpath={.spec.replicas}'), '5')
    assert.match(await kubectl('get --raw /readyz?verbose'), /readyz check passed/)
    await kubectl('delete -n made deployment web')
  })

  it(`loses nothing while members are killed ${KILLS} times, and shows each change once`, async () => {
    const acknowledged: string[] = []
    const seen: string[] = []
    let isOver = false
    const write = async (writer: number) => {
      for (let i = 0; !isOver; i++) {
        const name = `w${writer}-${i}`
        const body = { metadata: { name }, data: { name } }
        const answer = await api.call('POST', CONFIG_MAPS, body).catch(() => undefined)
        if (answer?.status === 201) acknowledged.push(name)
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    }
    let at = JSON.parse((await api.call('GET', CONFIG_MAPS)).body).metadata.resourceVersion
    const follow = async () => {
      while (!isOver || acknowledged.some((name) => !seen.includes(name))) {
        const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=5&resourceVersion=${at}`
        for await (const line of api.watch(`${CONFIG_MAPS}?${query}`)) {
          const { type, object } = JSON.parse(line)
          assert.notEqual(type, 'ERROR', line)
          at = object.metadata.resourceVersion
          if (type === 'ADDED') seen.push(object.metadata.name)
        }
      }
    }
    const following = follow()
    const writers = Array.from({ length: WRITERS }, (_, i) => write(i))
    for (let i = 0; i < KILLS; i++) {
      const before = acknowledged.length
      await eventually('more writes', () => acknowledged.length > before + 20, 60_000)
      const name = NAMES[i % NAMES.length] ?? 'm1'
      const victim = etcd.members.get(name)
      victim?.child.kill('SIGKILL')
      await victim?.exit()
      await etcd.start(name, initial, { flags })
      await etcd.ready(name)
    }
    isOver = true
    await Promise.all(writers)
    const paged = new Set(await listInPages())
    assert.deepEqual(
      acknowledged.filter((name) => !paged.has(name)),
      [],
      'acknowledged and lost',
    )
    await following
    assert.equal(new Set(seen).size, seen.length, 'a change was shown twice')
    await sameHashes(etcd)
  })

  it('answers consistent lists from its watch cache, by requests for progress', async () => {
    const name = 'apiserver_watch_cache_consistent_read_total'
    // Its name has a slash before it in some releases.
    const ofMaps = ['configmaps"', 'fallback="false"', 'success="true"']
    const before = await api.metric(name, ofMaps)
    const [cached, paged] = [await list(''), await listInPages()]
    assert.deepEqual(cached.names.sort(), paged.sort())
    assert.ok((await api.metric(name, ofMaps)) > before, 'it asked the store')
  })

  it('compacts it, counts in it and measures it, without an error', async () => {
    const from = api.log.length
    const errors = await api.metric('etcd_request_errors_total')
    const compacted = async () => {
      const { stdout } = await etcd.etcdctl('endpoint status -w json')
      const [{ Status }] = JSON.parse(stdout)
      const { code, stderr } = await etcd.etcdctl('get a --rev=2')
      const isGone = code !== 0 && stderr.includes('required revision has been compacted')
      return isGone && Status.header.revision > 2
    }
    await eventually('a compaction', compacted, COMPACTS_MS_MAX)
    const count = (await listInPages()).length
    await eventually('the count of objects', async () => {
      return (await api.metric('apiserver_storage_objects{', ['resource="configmaps"'])) >= count
    })
    assert.ok((await api.metric('apiserver_storage_size_bytes{')) > 0)
    assert.equal(await api.metric('etcd_request_errors_total'), errors)
    const lines = api.log.slice(from).split('\n')
    assert.deepEqual(
      lines.filter((line) => /^E\d{4} /.test(line)),
      [],
    )
  })
})
