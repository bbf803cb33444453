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
import { Expectations } from './expectations.ts'
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
  // The server names the slices: until the cache shows them, another look would make them again.
  const expectations = new Expectations(context)
  const isMirror = ({ metadata }: Cached<EndpointSlice>) => metadata.labels?.[MANAGED_BY] === MIRROR

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    if (!expectations.satisfied(key)) return done
    const source = all.get(key)
    const service = owners.get(key)
    const [namespace = '', name = ''] = key.split('/')
    const there = [...slices.inNamespace(namespace)].filter(
      (slice) => isMirror(slice) && slice.metadata.labels?.[SERVICE_NAME] === name,
    )
    const isMirrored = service && Object.keys(service.spec.selector ?? {}).length === 0
    const wanted = source && isMirrored && mayMirror(source) ? mirrorOf(source) : []
    const planned = wanted.map((slice) => ({ slice, old: takeAlike(there, slice) }))
    await create(
      key,
      planned.flatMap(({ slice, old }) => (old ? [] : [slice])),
      call,
    )
    for (const { slice, old } of planned) {
      if (old && !isSame(old, slice)) {
        const { metadata, ...rest } = slice
        const now = draft<EndpointSlice>(old)
        const { labels } = metadata
        await client.update(
          { ...now, ...rest, metadata: { ...now.metadata, labels } } as EndpointSlice,
          call,
        )
      }
    }
    for (const slice of there) await removeSlice(context, slice, call)
    return done
  }

  async function create(
    key: ObjectKey,
    made: readonly EndpointSlice[],
    call: { signal: AbortSignal },
  ): Promise<void> {
    if (made.length > 0) expectations.expectCreations(key, made.length)
    try {
      for (const slice of made) await client.create(slice, call)
    } catch (error) {
      expectations.forget(key)
      throw error
    }
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
        const key = keyOf({ metadata: { name, namespace: slice.metadata.namespace } })
        if (now && !old) expectations.creationObserved(key)
        return [key]
      }),
    ],
    reconcile,
  }
}

async function removeSlice(
  { client }: ControllerContext,
  { metadata }: Cached<EndpointSlice>,
  call: { signal: AbortSignal },
): Promise<void> {
  try {
    await client
      .for(endpointSlices)
      .delete(metadata, { preconditions: { uid: metadata.uid } }, call)
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error
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

/** Takes out the slice that is to become this one: of its family, with its ports if there is one. */
function takeAlike(
  there: Cached<EndpointSlice>[],
  { addressType, ports }: EndpointSlice,
): Cached<EndpointSlice> | undefined {
  const family = there.filter((slice) => slice.addressType === addressType)
  const alike = family.find((slice) => semanticEqual(slice.ports, ports)) ?? family[0]
  if (alike) there.splice(there.indexOf(alike), 1)
  return alike
}

/** A slice for each subset and family of addresses. */
export function mirrorOf(source: Cached<Endpoints>): EndpointSlice[] {
  return (source.subsets ?? []).flatMap((subset) =>
    ['IPv4', 'IPv6'].flatMap((family) => {
      const endpoints = endpointsOf(subset, family)
      if (endpoints.length === 0) return []
      const { name, namespace, labels } = source.metadata
      return [
        {
          metadata: {
            generateName: `${name}-`,
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
