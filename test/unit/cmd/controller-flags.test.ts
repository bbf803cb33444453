import assert from 'node:assert/strict'
import {
  controllersOf,
  NODE_IPAM_FLAGS,
  nodeIpamOf,
} from '../../../src/cmd/parts/controller-flags.ts'
import { readFlags } from '../../../src/cmd/parts/flags.ts'
import { controllerNames } from '../../../src/master/controllers/index.ts'

describe('cmd: which controllers run', () => {
  it('all, or those that are named, by their old names as well', () => {
    assert.deepEqual(controllersOf('*'), controllerNames)
    assert.deepEqual(controllersOf('deployment,endpoints-controller'), [
      'deployment-controller',
      'endpoints-controller',
    ])
  })
  it('all but those with a minus, also such as only Kubernetes has', () => {
    const names = controllersOf(
      '*,-attachdetach,-service-lb-controller,-selinux-warning-controller',
    )
    assert.equal(names.length, controllerNames.length - 1)
    assert(!names.includes('persistentvolume-attach-detach-controller'))
  })
  it('none that nobody knows', () => {
    assert.throws(() => controllersOf('*,-nonsense'), /"-nonsense" is not in the list of known/)
    assert.throws(() => controllersOf('service-lb-controller'), /is not in the list of known/)
  })
})

describe('cmd: blocks of addresses for nodes', () => {
  const read = (...args: string[]) => nodeIpamOf(readFlags(args, NODE_IPAM_FLAGS))
  const on = '--allocate-node-cidrs=true'

  it('are given only if asked for', () => {
    assert.equal(read('--cluster-cidr=10.244.0.0/16'), undefined)
    assert.deepEqual(read(on, '--cluster-cidr=10.244.0.0/16'), {
      blocks: [{ cluster: '10.244.0.0/16', bits: 24 }],
      serviceRanges: [],
    })
  })
  it('of both families, beside the services', () => {
    const more = ['--node-cidr-mask-size-ipv4=26', '--service-cluster-ip-range=10.96.0.0/12']
    assert.deepEqual(read(on, '--cluster-cidr=10.244.0.0/16,fd00:10::/56', ...more), {
      blocks: [
        { cluster: '10.244.0.0/16', bits: 26 },
        { cluster: 'fd00:10::/56', bits: 64 },
      ],
      serviceRanges: ['10.96.0.0/12'],
    })
  })
  it('must fit', () => {
    assert.throws(() => read(on), /--cluster-cidr/)
    assert.throws(() => read(on, '--cluster-cidr=10.244.0.0'), /must be a CIDR/)
    const small = ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=12']
    assert.throws(() => read(on, ...small), /--node-cidr-mask-size: "12" does not fit/)
  })
})
