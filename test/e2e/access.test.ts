import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, Kubectl, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

/** Rights, tokens and certificates as people use them: with kubectl, curl and openssl. */
describe('access to a cluster', function () {
  this.timeout(60_000)
  let cluster: TestCluster
  let kubectl: Kubectl
  let server: string

  before(async function () {
    const program = findKubectls().at(-1)
    if (program === undefined) return skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up('--masters', '1', '--nodes', '1')
    kubectl = new Kubectl(program, cluster, 'default')
    server = await kubectl.do('config view -o jsonpath={.clusters[0].cluster.server}')
  })
  after(() => cluster?.destroy())

  const curl = (...args: string[]) =>
    execFileSync('curl', ['-sk', ...args, `${server}/api/v1/namespaces/default/pods`]).toString()
  const withToken = (token: string) => JSON.parse(curl('-H', `Authorization: Bearer ${token}`))

  it('auth can-i, whoami and create token tell and give what RBAC says', async () => {
    assert.match(await kubectl.do('auth whoami'), /kubernetes-admin/)
    await kubectl.do('create serviceaccount app')
    const who = '--as=system:serviceaccount:default:app'
    assert.match((await kubectl.try(`auth can-i list pods ${who}`)).stdout, /no/)
    const token = (await kubectl.do('create token app')).trim()
    assert.equal(withToken(token).code, 403)
    // The role is gathered by a controller.
    await eventually('the role view has rules', async () =>
      /pods/.test(await kubectl.do('get clusterrole view -o jsonpath={.rules}')),
    )
    await kubectl.do('create rolebinding app --clusterrole=view --serviceaccount=default:app')
    await eventually('the binding holds', async () => withToken(token).kind === 'PodList')
    assert.match(
      await kubectl.do(`auth can-i --list ${who}`),
      /pods\s+\[\]\s+\[\]\s+\[get list watch\]/,
    )
    assert.match((await kubectl.try(`auth can-i get secrets ${who}`)).stdout, /no/)
  })

  it('a pod calls the API with its own token, as long as it is there', async () => {
    await kubectl.do('run p --image=busybox:1.36 --command -- sleep 1000')
    await kubectl.do('wait --for=condition=Ready pod/p --timeout=20s')
    const folder = '/var/run/secrets/kubernetes.io/serviceaccount'
    assert.equal(await kubectl.do(`exec p -- cat ${folder}/namespace`), 'default')
    assert.match(await kubectl.do(`exec p -- cat ${folder}/ca.crt`), /BEGIN CERTIFICATE/)
    const token = await kubectl.do(`exec p -- cat ${folder}/token`)
    const { message } = withToken(token)
    assert.match(message, /^pods is forbidden: User "system:serviceaccount:default:default"/)
    await kubectl.do('delete pod p --now')
    await eventually('the token is over', async () => withToken(token).code === 401)
  })

  it('a certificate is asked for, approved, signed and good', async () => {
    const file = (name: string) => join(cluster.dataDir, name)
    const subject = [
      '-subj',
      '/O=dev/CN=jane',
      '-keyout',
      file('jane.key'),
      '-out',
      file('jane.csr'),
    ]
    execFileSync('openssl', ['req', '-new', '-newkey', 'rsa:2048', '-nodes', ...subject], {
      stdio: 'ignore',
    })
    const request = readFileSync(file('jane.csr')).toString('base64')
    const spec = {
      request,
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    }
    const apiVersion = 'certificates.k8s.io/v1'
    const kind = 'CertificateSigningRequest'
    const text = JSON.stringify({ apiVersion, kind, metadata: { name: 'jane' }, spec })
    await kubectl.do('apply -f -', text)
    assert.match(await kubectl.do('get csr jane'), /Pending/)
    await kubectl.do('certificate approve jane')
    const certificate = () => kubectl.do('get csr jane -o jsonpath={.status.certificate}')
    await eventually('it is signed', async () => (await certificate()) !== '')
    writeFileSync(file('jane.crt'), Buffer.from(await certificate(), 'base64'))
    const { message } = JSON.parse(curl('--cert', file('jane.crt'), '--key', file('jane.key')))
    assert.match(message, /^pods is forbidden: User "jane" cannot list resource "pods"/)
  })
})
