import type { Random } from '../../base/index.ts'
import { Algorithm } from './algorithm.ts'
import type { ProfileConfig, SchedulerConfig } from './config/index.ts'
import { Framework } from './framework/framework.ts'
import type { Nominations } from './framework/nominations.ts'
import type { PodView } from './framework/types.ts'
import { createPlugins, type PluginParts } from './plugins/index.ts'

/** One profile at work. */
export interface Profile {
  readonly framework: Framework
  readonly algorithm: Algorithm
}

/** The profiles by the name that pods ask for (`spec.schedulerName`). */
export class Profiles {
  readonly #profiles = new Map<string, Profile>()

  /** Throws `SchedulerConfigError`. */
  constructor(
    config: SchedulerConfig,
    parts: PluginParts & {
      readonly random: Random
      readonly nominations: Nominations
      /** Resources that only extenders count. */
      readonly ignoredResources?: readonly string[]
    },
  ) {
    for (const profile of config.profiles) {
      const { random, nominations, ignoredResources = [] } = parts
      const plugins = createPlugins(leavingOut(ignoredResources, profile), parts)
      const framework = new Framework(profile.schedulerName, plugins)
      const percentageOfNodesToScore =
        profile.percentageOfNodesToScore ?? config.percentageOfNodesToScore
      const algorithm = new Algorithm({ framework, random, nominations, percentageOfNodesToScore })
      this.#profiles.set(profile.schedulerName, { framework, algorithm })
    }
  }

  /** Whether the pod is this scheduler's to place. */
  has(pod: PodView): boolean {
    return this.#profiles.has(nameOf(pod))
  }

  /** Of a pod that is ours. */
  of(pod: PodView): Profile {
    const profile = this.#profiles.get(nameOf(pod))
    if (!profile) throw new RangeError(`no profile "${nameOf(pod)}"`)
    return profile
  }
}

function nameOf(pod: PodView): string {
  return pod.spec.schedulerName ?? 'default-scheduler'
}

/** The profile in which NodeResourcesFit does not count these resources. */
function leavingOut(resources: readonly string[], profile: ProfileConfig): ProfileConfig {
  if (resources.length === 0) return profile
  const plugins = profile.plugins.map((choice) => {
    if (choice.name !== 'NodeResourcesFit') return choice
    const own = choice.args['ignoredResources']
    const ignoredResources = [...(Array.isArray(own) ? own : []), ...resources]
    return { ...choice, args: { ...choice.args, ignoredResources } }
  })
  return { ...profile, plugins }
}
