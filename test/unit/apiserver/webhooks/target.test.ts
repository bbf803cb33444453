import assert from 'node:assert/strict'
import type { KubeObject } from '../../../../src/api/index.ts'
import { systemRandom } from '../../../../src/platform/index.ts'
import { lookupIn } from '../../../../src/master/apiserver/admission/index.ts'
import { ServiceTargets } from '../../../../src/master/apiserver/webhooks/index.ts'

type Objects = Readonly<Record<string, readonly KubeObject[]>>

/** Finds servers among these objects, by plural. */
function targets(objects: Objects): ServiceTargets {
  const lookup = {
    ...lookupIn(() => undefined),
    cached: (of: { plural: string }, at: { name: string }) =>
      (objects[of.plural] ?? []).find(({ metadata }) => metadata.name === at.name) as never,
    list: (of: { plural: string }) => (objects[of.plural] ?? []) as never,
  }
  return new ServiceTargets({ lookup, random: systemRandom() })
}

const service = (spec: object): KubeObject => Object.assign({ metadata: { name: 's' } }, { spec })
const at = { namespace: 'n', name: 's' }
const labels = { 'kubernetes.io/service-name': 's' }

describe('servers of a Service', () => {
  it('are its ready endpoints, at the port of that name', () => {
    const slice = Object.assign(
      { metadata: { name: 's-1', labels } },
      {
        ports: [
          { name: 'web', port: 9443 },
          { name: 'other', port: 1 },
        ],
        endpoints: [
          { addresses: ['10.0.0.1'], conditions: { ready: false } },
          { addresses: ['10.0.0.2'], conditions: { ready: true } },
        ],
      },
    )
    const services = [service({ ports: [{ name: 'web', port: 443 }] })]
    const found = targets({ services, endpointslices: [slice] }).resolve(at)
    assert.deepEqual(found, { host: '10.0.0.2', port: 9443, serverName: 's.n.svc' })
  })

  it('are told to be missing in words', () => {
    const services = [service({ ports: [{ port: 443 }] })]
    assert.throws(() => targets({}).resolve(at), { message: 'service "s" not found' })
    assert.throws(() => targets({ services }).resolve({ ...at, port: 8443 }), {
      message: 'no service port 8443 found for service "s"',
    })
    assert.throws(() => targets({ services }).resolve(at), {
      message: 'no endpoints available for service "s"',
    })
  })
})
