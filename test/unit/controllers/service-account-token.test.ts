import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { secrets, serviceAccounts } from '../../../src/api/index.ts'
import { signerOf } from '../../../src/platform/index.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'
const text = (base64 = '') => Buffer.from(base64, 'base64').toString()

describe('secrets for tokens of service accounts, on a whole API server', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const at = { name: 'builder-token', namespace: 'default' }
  let cluster: TestCluster
  before(async () => {
    cluster = await TestCluster.start({ accountSigner: signerOf(pem), rootCaPem: 'an authority' })
    await cluster.client.for(serviceAccounts).create({
      metadata: { name: 'builder', namespace: 'default' },
      secrets: [{ name: at.name }],
    })
  })
  after(() => cluster.stop())

  const secretOf = (account: string, name: string) => ({
    metadata: { name, namespace: 'default', annotations: { [NAME]: account } },
    type: TYPE,
  })
  const read = () => cluster.client.for(secrets).get(at)

  it('are filled, and once only', async () => {
    await cluster.client.for(secrets).create(secretOf('builder', at.name))
    await eventually('it is filled', async () => (await read()).data?.['token'] !== undefined)
    const { data, metadata } = await read()
    const account = await cluster.client
      .for(serviceAccounts)
      .get({ name: 'builder', namespace: 'default' })
    assert.equal(metadata.annotations?.[UID], account.metadata.uid)
    assert.equal(text(data?.['namespace']), 'default')
    assert.equal(text(data?.['ca.crt']), 'an authority')
    const claims = JSON.parse(text(text(data?.['token']).split('.')[1]))
    assert.deepEqual(claims, {
      iss: 'kubernetes/serviceaccount',
      'kubernetes.io/serviceaccount/namespace': 'default',
      'kubernetes.io/serviceaccount/secret.name': at.name,
      'kubernetes.io/serviceaccount/service-account.name': 'builder',
      'kubernetes.io/serviceaccount/service-account.uid': account.metadata.uid,
      sub: 'system:serviceaccount:default:builder',
    })
    await cluster.quiet()
    assert.equal((await read()).metadata.resourceVersion, metadata.resourceVersion)
  })

  it('go when there is no such account, and with the account', async () => {
    const client = cluster.client.for(secrets)
    await client.create(secretOf('nobody', 'nobody-token'))
    const other = { name: 'nobody-token', namespace: 'default' }
    await eventually('it is gone', () => isGone(client.get(other)))
    await cluster.client.for(serviceAccounts).delete({ name: 'builder', namespace: 'default' })
    await eventually('the account took it along', () => isGone(client.get(at)))
  })

  it('are no longer named by the account when they are gone', async () => {
    const account = { name: 'keeper', namespace: 'default' }
    await cluster.client
      .for(serviceAccounts)
      .create({ metadata: account, secrets: [{ name: 'keeper-token' }] })
    await cluster.client.for(secrets).create(secretOf('keeper', 'keeper-token'))
    await cluster.client.for(secrets).delete({ name: 'keeper-token', namespace: 'default' })
    await eventually('nothing is named', async () => {
      return ((await cluster.client.for(serviceAccounts).get(account)).secrets ?? []).length === 0
    })
  })
})
