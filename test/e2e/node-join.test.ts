import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, Kubectl, run, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

/** A node that comes in with nothing but a token, and keeps its certificates new by itself. */
describe('a node that joins with a token', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let kubectl: Kubectl

  before(async function () {
    const program = findKubectls().at(-1)
    if (program === undefined) return skipWithout(this, 'kubectl is not installed')
    const signing = '--controller-manager-arg=cluster-signing-duration=10s'
    cluster = await TestCluster.up('--masters', '1', '--nodes', '0', signing)
    kubectl = new Kubectl(program, cluster, 'default')
  })
  after(() => cluster?.destroy())

  const pki = (which: string) =>
    readFileSync(join(cluster.dataDir, `data/node-1/pki/kubelet-${which}-current.pem`), 'utf8')
  const serial = (which: string) => new X509Certificate(pki(which)).serialNumber
  const isReady = async () =>
    (await kubectl.do(
      'get node node-1 -o jsonpath={.status.conditions[?(@.type=="Ready")].status}',
    )) === 'True'

  it('is approved, signed and Ready; commands and logs go to it', async () => {
    await cluster.expect('node', 'add')
    assert.equal(await isReady(), true)
    const requests = await kubectl.do('get csr')
    assert.match(requests, /apiserver-client-kubelet +system:bootstrap:\w{6} .*Approved,Issued/)
    const { subject, issuer } = new X509Certificate(pki('client'))
    assert.equal(subject, 'O=system:nodes\nCN=system:node:node-1')
    assert.equal(issuer, 'CN=kubernetes')
    await kubectl.do('run p --image=navarch/web')
    await kubectl.do('wait --for=condition=Ready pod/p --timeout=20s')
    await eventually('its server has the certificate that it asked for', async () => {
      return (await kubectl.try('exec p -- echo hello')).stdout === 'hello\n'
    })
  })

  it('gets no certificate for what is not its own', async () => {
    const { request } = certificateRequest('/O=system:nodes/CN=system:node:node-1', 'IP:127.0.0.1')
    const spec = {
      request,
      signerName: 'kubernetes.io/kubelet-serving',
      usages: ['digital signature', 'server auth'],
    }
    const kind = 'CertificateSigningRequest'
    const metadata = { name: 'greedy' }
    const text = JSON.stringify({ apiVersion: 'certificates.k8s.io/v1', kind, metadata, spec })
    const as = '--as=system:node:node-1 --as-group=system:nodes --as-group=system:authenticated'
    await kubectl.do(`create -f - ${as}`, text)
    // Long enough for another request to be asked for and signed.
    const before = serial('serving')
    await eventually('the node has a new certificate', () => serial('serving') !== before)
    assert.match(await kubectl.do('get csr greedy'), /Pending/)
    const other = JSON.stringify({
      apiVersion: 'certificates.k8s.io/v1',
      kind,
      metadata: { name: 'other' },
      spec: {
        ...spec,
        signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
        usages: ['client auth'],
        request: certificateRequest('/O=system:nodes/CN=system:node:node-2').request,
      },
    })
    const refused = await kubectl.try(`create -f - ${as}`, other)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /can only create a node CSR with CN=system:node:node-1/)
  })

  it('replaces them before they end, and goes on without a restart', async () => {
    const [client, serving] = [serial('client'), serial('serving')]
    const { pid } = (await cluster.status()).nodes[0] ?? {}
    await eventually(
      'both are new',
      () => serial('client') !== client && serial('serving') !== serving,
    )
    assert.equal(await isReady(), true)
    assert.equal((await kubectl.try('exec p -- echo hello')).stdout, 'hello\n')
    assert.equal((await cluster.status()).nodes[0]?.pid, pid)
  })

  it('comes in again by its token alone when it was away too long', async () => {
    await cluster.expect('kill', 'node-1')
    const until = Date.parse(new X509Certificate(pki('client')).validTo)
    await eventually('its certificate is over', () => Date.now() > until)
    // The launcher speaks as the administrator; all else that it has is no business of the node's.
    const [own, away] = [join(cluster.dataDir, 'pki'), join(cluster.dataDir, 'pki-away')]
    const others = readdirSync(own).filter((file) => !/^(admin\.|ca\.crt$)/.test(file))
    mkdirSync(away)
    for (const file of others) renameSync(join(own, file), join(away, file))
    try {
      await cluster.expect('start', 'node-1')
    } finally {
      for (const file of others) renameSync(join(away, file), join(own, file))
    }
    assert.equal((await kubectl.try('exec p -- echo hello')).stdout, 'hello\n')
  })

  it('anybody may read where the cluster is, and whoever has the token knows that it is true', async () => {
    const server = await kubectl.do('config view -o jsonpath={.clusters[0].cluster.server}')
    const url = `${server}/api/v1/namespaces/kube-public/configmaps/cluster-info`
    const { data } = JSON.parse((await run('curl', ['-sk', url])).stdout)
    assert.match(data.kubeconfig, /certificate-authority-data: \S{100}/)
    assert.equal(Object.keys(data).filter((key) => key.startsWith('jws-kubeconfig-')).length, 1)
    const others = await run('curl', ['-sk', `${server}/api/v1/namespaces/kube-public/configmaps`])
    assert.equal(JSON.parse(others.stdout).code, 403)
  })
})

function certificateRequest(subject: string, names?: string): { request: string } {
  const more = names === undefined ? [] : ['-addext', `subjectAltName=${names}`]
  const args = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/dev/null']
  const pem = execFileSync('openssl', [...args, '-subj', subject, ...more], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return { request: pem.toString('base64') }
}
