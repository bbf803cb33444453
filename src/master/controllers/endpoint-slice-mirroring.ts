import { type DeepReadonly, hasReason } from '../../base/index.ts'
import {
  controllerReference,
  type Endpoint,
  type EndpointAddress,
  type Endpoints,
  endpoints as endpointsResource,
  type EndpointSlice,
  endpointSlices,
  type EndpointSubset,
  keyOf,
  semanticEqual,
  services,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { MANAGED_BY } from './endpoint-slice-plan.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
} from './runtime.ts'
import { SERVICE_NAME } from './service-backends.ts'

const MIRROR = 'endpointslicemirroring-controller.k8s.io'
const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
const LEADER = 'control-plane.alpha.kubernetes.io/leader'
/** Addresses of one subset that are mirrored (upstream's `--mirroring-max-endpoints-per-subset`). */
const ADDRESSES_MAX = 1000

/** Shows Endpoints that people write by hand in endpoint slices, which proxies read. */
export function endpointSliceMirroringController(context: ControllerContext): Controller {
  const all = context.informers.for(endpointsResource)
  const owners = context.informers.for(services)
  const slices = context.informers.for(endpointSlices)
  const client = context.client.for(endpointSlices)
  const isMirror = ({ metadata }: Cached<EndpointSlice>) => metadata.labels?.[MANAGED_BY] === MIRROR

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const source = all.get(key)
    const service = owners.get(key)
    const [namespace = '', name = ''] = key.split('/')
    const there = new Map<string, Cached<EndpointSlice>>()
    for (const slice of slices.inNamespace(namespace)) {
      if (isMirror(slice) && slice.metadata.labels?.[SERVICE_NAME] === name) {
        there.set(slice.metadata.name, slice)
      }
    }
    const isMirrored = service && Object.keys(service.spec.selector ?? {}).length === 0
    const wanted = source && isMirrored && mayMirror(source) ? mirrorOf(source) : []
    for (const slice of wanted) {
      const old = there.get(slice.metadata.name ?? '')
      there.delete(slice.metadata.name ?? '')
      if (!old) await client.create(slice, call)
      else if (!isSame(old, slice)) {
        const { metadata, ...rest } = slice
        const now = draft<EndpointSlice>(old)
        const { labels } = metadata
        await client.update(
          { ...now, ...rest, metadata: { ...now.metadata, labels } } as EndpointSlice,
          call,
        )
      }
    }
    for (const { metadata } of there.values()) {
      try {
        await client.delete(metadata, { preconditions: { uid: metadata.uid } }, call)
      } catch (error) {
        if (!hasReason(error, 'NotFound')) throw error
      }
    }
    return done
  }

  return {
    name: 'endpointslice-mirroring-controller',
    sources: [
      objectsOf(all),
      objectsOf(owners),
      changesOf(slices, ({ old, now }) => {
        const slice = now ?? old
        if (!slice || !isMirror(slice)) return []
        const name = slice.metadata.labels?.[SERVICE_NAME] ?? ''
        return [keyOf({ metadata: { name, namespace: slice.metadata.namespace } })]
      }),
    ],
    reconcile,
  }
}

function mayMirror({ metadata }: Cached<Endpoints>): boolean {
  return metadata.labels?.[SKIP] !== 'true' && metadata.annotations?.[LEADER] === undefined
}

function isSame(old: Cached<EndpointSlice>, wanted: EndpointSlice): boolean {
  return (
    semanticEqual(old.endpoints, wanted.endpoints) &&
    semanticEqual(old.ports, wanted.ports) &&
    semanticEqual(old.metadata.labels, wanted.metadata.labels)
  )
}

/** A slice for each subset and family of addresses. Names follow from the place in the list. */
export function mirrorOf(source: Cached<Endpoints>): EndpointSlice[] {
  return (source.subsets ?? []).flatMap((subset, i) =>
    ['IPv4', 'IPv6'].flatMap((family) => {
      const endpoints = endpointsOf(subset, family)
      if (endpoints.length === 0) return []
      const { name, namespace, labels } = source.metadata
      return [
        {
          metadata: {
            name: `${name}-${family.toLowerCase()}-${i}`,
            namespace,
            labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: MIRROR },
            ownerReferences: [controllerReference(source, endpointsResource)],
          },
          addressType: family,
          endpoints,
          ports: (subset.ports ?? []).map(({ name: port = '', port: number, ...rest }) => ({
            ...rest,
            name: port,
            port: number,
          })),
        },
      ]
    }),
  )
}

function endpointsOf(
  { addresses = [], notReadyAddresses = [] }: DeepReadonly<EndpointSubset>,
  family: string,
): Endpoint[] {
  const of = (list: readonly DeepReadonly<EndpointAddress>[], ready: boolean) =>
    list
      .filter(({ ip }) => ip.includes(':') === (family === 'IPv6'))
      .map(
        ({ ip, hostname, nodeName, targetRef }): Endpoint => ({
          addresses: [ip],
          conditions: { ready },
          ...(hostname && { hostname }),
          ...(nodeName && { nodeName }),
          ...(targetRef && { targetRef: { ...targetRef } }),
        }),
      )
  return [...of(addresses, true), ...of(notReadyAddresses, false)].slice(0, ADDRESSES_MAX)
}
