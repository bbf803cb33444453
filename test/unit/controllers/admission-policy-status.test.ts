import assert from 'node:assert/strict'
import { validatingAdmissionPolicies } from '../../../src/api/index.ts'
import { eventually, TestCluster } from './cluster.ts'

describe('status of admission policies, on a whole API server', () => {
  let cluster: TestCluster
  before(async () => {
    cluster = await TestCluster.start()
  })
  after(() => cluster.stop())

  const make = async (name: string, expression: string) => {
    const client = cluster.client.for(validatingAdmissionPolicies)
    await client.create({
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['apps'],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['deployments', 'replicasets'],
            },
          ],
        },
        variables: [{ name: 'n', expression: 'object.spec.replicas' }],
        validations: [{ expression, messageExpression: "'no ' + object.kind" }],
      },
      status: {},
    })
    await eventually('its generation is seen', async () => {
      return ((await client.get({ name })).status?.observedGeneration ?? 0) === 1
    })
    return (await client.get({ name })).status?.typeChecking?.expressionWarnings
  }

  it('says what makes no sense for each kind that is matched', async () => {
    const found = await make('odd', 'object.nope > 1 && variables.n > "1"')
    const text = (kind: string) =>
      `apps/v1, Kind=${kind}: ERROR: <input>:1:7: undefined field 'nope'\n` +
      ' | object.nope > 1 && variables.n > "1"\n | ......^\n' +
      "ERROR: <input>:1:32: found no matching overload for '_>_' applied to '(int, string)'\n" +
      ' | object.nope > 1 && variables.n > "1"\n | ...............................^\n'
    assert.deepEqual(found, [
      {
        fieldRef: 'spec.validations[0].expression',
        warning: [text('Deployment'), text('ReplicaSet')].join('\n'),
      },
    ])
  })

  it('says nothing of what makes sense', async () => {
    const expression = 'variables.n <= 5 && object.metadata.labels.all(k, k != "x")'
    assert.equal(await make('even', expression), undefined)
  })
})
