import assert from 'node:assert/strict'
import { clusterRoles } from '../../../src/api/index.ts'
import { eventually, TestCluster } from './cluster.ts'

describe('aggregation of cluster roles, on a whole API server', () => {
  let cluster: TestCluster
  before(async () => {
    cluster = await TestCluster.start()
  })
  after(() => cluster.stop())

  it('applies the rules of the chosen roles, and owns nothing else', async () => {
    const client = cluster.client.for(clusterRoles)
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]
    const selector = { matchLabels: { twin: 'yes' } }
    await client.create({ metadata: { name: 'part', labels: { twin: 'yes' } }, rules })
    await client.create({
      metadata: { name: 'whole', labels: { mine: '1' } },
      aggregationRule: { clusterRoleSelectors: [selector] },
      rules: [],
    })
    await eventually('the rules are gathered', async () => {
      return (await client.get({ name: 'whole' })).rules?.length === 1
    })
    const whole = await client.get({ name: 'whole' })
    assert.deepEqual(whole.rules, rules)
    assert.equal(whole.metadata.labels?.['mine'], '1')
    const applied = whole.metadata.managedFields?.find(({ operation }) => operation === 'Apply')
    assert.equal(applied?.manager, 'clusterrole-aggregation-controller')
    assert.deepEqual(applied?.fieldsV1, { 'f:rules': {} })
  })
})
