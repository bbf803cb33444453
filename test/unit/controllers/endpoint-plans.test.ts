import assert from 'node:assert/strict'
import type { EndpointSlice, Node, Pod, Service, Stored } from '../../../src/api/index.ts'
import {
  ENDPOINTS_PER_SLICE_MAX,
  planSlices,
} from '../../../src/master/controllers/endpoint-slice-plan.ts'
import { planEndpoints } from '../../../src/master/controllers/endpoints-plan.ts'

const metadata = (name: string) => ({
  name,
  namespace: 'ns',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2024-01-01T00:00:00Z',
})
const service: Stored<Service> = {
  metadata: metadata('web'),
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  status: {},
}
const node: Node = {
  metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'west' } },
  spec: {},
  status: {},
}

function pod(
  i: number,
  of: { ready?: boolean; leaving?: boolean; phase?: string } = {},
): Stored<Pod> {
  const { ready = true, leaving = false, phase = 'Running' } = of
  const podIP = `10.0.${i >> 8}.${i & 255}`
  return {
    metadata: {
      ...metadata(`p${i}`),
      ...(leaving && { deletionTimestamp: '2024-01-02T00:00:00Z' }),
    },
    spec: { containers: [], nodeName: 'n1' },
    status: {
      phase,
      podIP,
      podIPs: [{ ip: podIP }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  }
}
const pods = (count: number) => Array.from({ length: count }, (_, i) => pod(i))

function plan(all: readonly Stored<Pod>[], slices: readonly Stored<EndpointSlice>[] = []) {
  return planSlices({
    service,
    pods: all,
    slices,
    node: (name) => (name === 'n1' ? node : undefined),
  })
}

/** What a server would hold after the plan's creations and updates. */
function applied(all: readonly Stored<Pod>[], before: readonly Stored<EndpointSlice>[] = []) {
  const { create, update, remove } = plan(all, before)
  const kept = before
    .filter((slice) => !remove.some((gone) => gone.metadata.uid === slice.metadata.uid))
    .map((slice) => {
      const next = update.find((each) => each.slice.metadata.uid === slice.metadata.uid)?.next
      return next
        ? { ...next, metadata: { ...next.metadata, ...metadata(slice.metadata.name) } }
        : slice
    })
  const made = create.map((slice, i) => {
    const name = `s${before.length + i}`
    return { ...slice, metadata: { ...slice.metadata, ...metadata(name) } }
  })
  return [...kept, ...made]
}

const count = (slices: readonly { endpoints?: unknown[] }[]) =>
  slices.map((slice) => slice.endpoints?.length ?? 0)

describe('plan of endpoint slices', () => {
  it('puts at most 100 endpoints into one', () => {
    assert.equal(ENDPOINTS_PER_SLICE_MAX, 100)
    assert.deepEqual(count(applied(pods(250))), [100, 100, 50])
  })

  it('changes nothing when nothing changed', () => {
    const slices = applied(pods(250))
    const { create, update, remove } = plan(pods(250), slices)
    assert.deepEqual([create, update, remove], [[], [], []])
  })

  it('writes one slice for one pod that comes, goes or changes', () => {
    const slices = applied(pods(250))
    const added = plan(pods(251), slices)
    assert.deepEqual([added.create.length, added.update.length, added.remove.length], [0, 1, 0])
    const gone = plan(pods(250).slice(1), slices)
    assert.deepEqual([gone.create.length, gone.update.length, gone.remove.length], [0, 1, 0])
    const changed = pods(250)
    changed[120] = pod(120, { ready: false })
    const other = plan(changed, slices)
    assert.deepEqual([other.create.length, other.update.length, other.remove.length], [0, 1, 0])
    assert.equal(other.update[0]?.slice.metadata.name, 's1')
  })

  it('keeps one empty slice for a service without pods', () => {
    const slices = applied(pods(150))
    assert.deepEqual(count(slices), [100, 50])
    const empty = applied([], slices)
    assert.deepEqual(count(empty), [0])
    const { create, update, remove } = plan([], empty)
    assert.deepEqual([create, update, remove], [[], [], []])
  })

  it('tells ready, serving and terminating apart (KEP-1672)', () => {
    const [slice] = applied([
      pod(0),
      pod(1, { ready: false }),
      pod(2, { leaving: true }),
      pod(3, { leaving: true, ready: false }),
      pod(4, { phase: 'Succeeded' }),
    ])
    assert.deepEqual(
      slice?.endpoints?.map(({ conditions }) => conditions),
      [
        { ready: true, serving: true, terminating: false },
        { ready: false, serving: false, terminating: false },
        { ready: false, serving: true, terminating: true },
        { ready: false, serving: false, terminating: true },
      ],
    )
    assert.equal(slice?.endpoints?.[0]?.zone, 'west')
    assert.equal(slice?.endpoints?.[0]?.nodeName, 'n1')
  })

  it('leaves out pods of a node that is not known yet, and says so', () => {
    const stray = pod(1)
    stray.spec.nodeName = 'unknown'
    const { create, incomplete } = plan([pod(0), stray])
    assert.equal(incomplete, true)
    assert.deepEqual(count(create), [1])
  })
})

describe('plan of Endpoints', () => {
  it('parts ready from not ready, and leaves out what goes or is over', () => {
    const { subsets } = planEndpoints(service, [
      pod(2),
      pod(1),
      pod(3, { ready: false }),
      pod(4, { leaving: true }),
      pod(5, { phase: 'Failed' }),
    ])
    const ips = (addresses: { ip: string }[] | undefined) => addresses?.map(({ ip }) => ip)
    assert.equal(subsets.length, 1)
    assert.deepEqual(ips(subsets[0]?.addresses), ['10.0.0.1', '10.0.0.2'])
    assert.deepEqual(ips(subsets[0]?.notReadyAddresses), ['10.0.0.3'])
    assert.deepEqual(subsets[0]?.ports, [{ name: 'http', port: 8080, protocol: 'TCP' }])
  })

  it('is cut at 1000 addresses', () => {
    const { subsets, overCapacity } = planEndpoints(service, pods(1005))
    assert.equal(overCapacity, true)
    assert.equal(subsets[0]?.addresses?.length, 1000)
  })
})
