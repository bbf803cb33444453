import type { DeepReadonly } from '../../base/index.ts'
import {
  type CustomResourceDefinition,
  customResourceDefinitions,
  customResources,
  type Resource,
} from '../../api/index.ts'
import type { ObjectKey } from '../../client/index.ts'
import type { Cached, ControllerContext, Source } from './runtime.ts'

/** What a controller does with custom resources as they come and go. */
export interface CustomFollower {
  /** Begins to follow the objects of a resource. */
  add(resource: Resource): Source
  remove(resource: Resource): void
  /** Keys that are to be looked at again once the resource's objects are known. */
  waiting(resource: Resource): Iterable<ObjectKey>
}

interface Followed {
  readonly resource: Resource
  readonly from: string
  end(): void
}

/**
 * The objects of all custom resources, whose definitions come and go while the controller runs.
 * Undefined where there are no definitions.
 */
export function customSource(
  context: ControllerContext,
  follower: CustomFollower,
): Source | undefined {
  const { plural } = customResourceDefinitions
  if (!context.resources.some((resource) => resource.plural === plural)) return undefined
  const definitions = context.informers.for(customResourceDefinitions)
  return {
    whenSynced: (options) => definitions.whenSynced(options),
    subscribe(add) {
      const followed = new Map<string, Followed>()
      const stop = (name: string) => {
        const known = followed.get(name)
        if (!known) return
        followed.delete(name)
        known.end()
        context.informers.drop(known.resource)
        follower.remove(known.resource)
      }
      const update = (name: string, now: Cached<CustomResourceDefinition> | undefined) => {
        const resource = now && followable(now)
        const from = resource ? `${resource.group}/${resource.version}/${resource.plural}` : ''
        if (followed.get(name)?.from === from) return
        stop(name)
        if (!resource) return
        const source = follower.add(resource)
        const unsubscribe = source.subscribe(add)
        const ended = new AbortController()
        void source.whenSynced({ signal: ended.signal }).then(
          () => {
            for (const key of follower.waiting(resource)) add(key)
          },
          () => undefined,
        )
        const end = () => {
          unsubscribe()
          ended.abort()
        }
        followed.set(name, { resource, from, end })
      }
      const unsubscribe = definitions.addHandler(({ old, now }) => {
        update((now ?? old)?.metadata.name ?? '', now)
      })
      return () => {
        unsubscribe()
        for (const each of followed.values()) each.end()
      }
    },
  }
}

/** The resource in the version that is served first, once its names are accepted. */
function followable(definition: DeepReadonly<CustomResourceDefinition>): Resource | undefined {
  const isEstablished = (definition.status.conditions ?? []).some(
    (condition) => condition.type === 'Established' && condition.status === 'True',
  )
  if (!isEstablished) return undefined
  return customResources(structuredClone(definition) as CustomResourceDefinition)?.served[0]
}
