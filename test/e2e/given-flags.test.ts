import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, Kubectl, run, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

/** What `navarch up` is told for the parts of a cluster: kept, and followed when files change. */
describe('flags for the parts of a cluster', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let kubectl: Kubectl
  let server: string
  const file = (name: string) => join(cluster.dataDir, name)
  const arg = (name: string, value: string) => ['--apiserver-arg', `${name}=${value}`]
  const config = (kind: string, rest: object) =>
    JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind, ...rest })
  const anonymousAt = (path: string) =>
    config('AuthenticationConfiguration', { anonymous: { enabled: true, conditions: [{ path }] } })
  const key = (name: string) => ({
    keys: [{ name, secret: Buffer.from(name.repeat(32)).toString('base64') }],
  })
  const sealedWith = (...providers: object[]) =>
    config('EncryptionConfiguration', { resources: [{ resources: ['secrets'], providers }] })
  const status = async (path: string) =>
    Number(
      (await run('curl', ['-sk', '-o', '/dev/null', '-w', '%{http_code}', server + path])).stdout,
    )
  const stored = async (name: string) => {
    const key = `/registry/secrets/default/${name}`
    const args = ['get', key, '--print-value-only']
    return (await run('etcdctl', args, { env: await cluster.etcdEnv() })).stdout
  }

  before(async function () {
    const program = findKubectls().at(-1)
    if (program === undefined) return skipWithout(this, 'kubectl is not installed')
    cluster = TestCluster.empty()
    writeFileSync(file('authn.yaml'), anonymousAt('/livez'))
    writeFileSync(file('sealed.yaml'), sealedWith({ aesgcm: key('a') }))
    const rules = [{ level: 'Metadata', omitStages: ['RequestReceived'] }]
    const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }
    writeFileSync(file('policy.yaml'), JSON.stringify(policy))
    await cluster.expect(
      'up',
      '--masters',
      '1',
      '--nodes',
      '1',
      ...arg('authentication-config', file('authn.yaml')),
      ...arg('encryption-provider-config', file('sealed.yaml')),
      ...arg('audit-policy-file', file('policy.yaml')),
      ...arg('audit-log-path', file('audit-{name}.log')),
      '--kubelet-arg=node-labels=disk=fast',
      '--kubelet-arg=max-pods=7',
    )
    kubectl = new Kubectl(program, cluster)
    server = await kubectl.do('config view -o jsonpath={.clusters[0].cluster.server}')
  })
  after(() => cluster?.destroy())

  it('reach API servers and nodes', async () => {
    assert.deepEqual([await status('/livez'), await status('/readyz')], [200, 401])
    const node = await kubectl.do(
      'get node node-1 -o jsonpath={.metadata.labels.disk}/{.status.capacity.pods}',
    )
    assert.equal(node, 'fast/7')
    assert.match(readFileSync(file('audit-master-1.log'), 'utf8'), /"requestURI":"\/livez"/)
  })

  it('are files that are followed: who may come in, and the keys of what is sealed', async function () {
    if ((await run('etcdctl', ['version'])).code !== 0)
      skipWithout(this, 'etcdctl is not installed')
    writeFileSync(file('authn.yaml'), anonymousAt('/readyz'))
    await eventually('the file is read', async () => (await status('/livez')) === 401)
    await kubectl.do('create secret generic s --from-literal=a=b')
    assert.match(await stored('s'), /^k8s:enc:aesgcm:v1:a:/)
    writeFileSync(file('sealed.yaml'), sealedWith({ secretbox: key('b') }, { aesgcm: key('a') }))
    await eventually('what is written again is sealed anew', async () => {
      await kubectl.do('replace -f -', await kubectl.do('get secret s -o json'))
      return (await stored('s')).startsWith('k8s:enc:secretbox:v1:b:')
    })
    writeFileSync(file('sealed.yaml'), sealedWith({ secretbox: key('b') }))
    assert.equal(await kubectl.do('get secret s -o jsonpath={.data.a}'), 'Yg==')
  })

  it('stay when the cluster starts again; what cannot be meant is told', async () => {
    await cluster.expect('down')
    await cluster.expect('up')
    assert.deepEqual([await status('/livez'), await status('/readyz')], [401, 200])
    assert.equal(await kubectl.do('get secret s -o jsonpath={.data.a}'), 'Yg==')
    const wrong = [
      ['--apiserver-arg=frob=1', /^error: --apiserver-arg: .*frob/m],
      ['--kubelet-arg=max-pods=0', /^error: --max-pods: "0"/m],
    ] as const
    for (const [flag, words] of wrong) {
      const outcome = await cluster.navarch('up', flag)
      assert.equal(outcome.code, 1)
      assert.match(outcome.stderr, words)
    }
    await cluster.expect('down')
    await cluster.expect('up')
    await cluster.expect('down')
    const outcome = await cluster.navarch('up', ...arg('audit-policy-file', file('none.yaml')))
    assert.equal(outcome.code, 1)
    assert.match(outcome.stderr, /master-1 ended while it started: .*none\.yaml/)
    assert.match(outcome.stderr, /`navarch up --apiserver-arg=.*` starts without/)
    // A failed start leaves nothing that runs.
    const { masters, nodes } = await cluster.status()
    assert.deepEqual(
      [...masters, ...nodes].map(({ pid }) => pid),
      [0, 0],
    )
    await cluster.expect('up', '--apiserver-arg=')
    assert.equal(await status('/livez'), 200)
  })
})
