import type { HealthCheck } from './health.ts'

/** What has to be done once before a server is ready. */
export type StartStep =
  | 'caches'
  | 'custom resources'
  | 'namespaces'
  | 'authentication info'
  | 'roles'
  | 'priority classes'
  | 'flow control'
  | 'API services'
  | 'loops'

/** The hooks of kube-apiserver that do the same, in its order, and its names. */
const HOOKS: readonly (readonly [string, StartStep])[] = [
  ['start-apiserver-admission-initializer', 'caches'],
  ['generic-apiserver-start-informers', 'caches'],
  ['priority-and-fairness-config-consumer', 'caches'],
  ['priority-and-fairness-filter', 'caches'],
  ['start-apiextensions-informers', 'custom resources'],
  ['start-apiextensions-controllers', 'custom resources'],
  ['crd-informer-synced', 'custom resources'],
  ['start-system-namespaces-controller', 'namespaces'],
  ['start-cluster-authentication-info-controller', 'authentication info'],
  ['start-service-ip-repair-controllers', 'loops'],
  ['rbac/bootstrap-roles', 'roles'],
  ['scheduling/bootstrap-system-priority-classes', 'priority classes'],
  ['priority-and-fairness-config-producer', 'flow control'],
  ['bootstrap-controller', 'loops'],
  ['start-kube-aggregator-informers', 'caches'],
  ['apiservice-status-local-available-controller', 'loops'],
  ['apiservice-status-remote-available-controller', 'loops'],
  ['apiservice-registration-controller', 'loops'],
  ['apiservice-wait-for-first-sync', 'API services'],
  ['apiservice-discovery-controller', 'loops'],
  ['kube-apiserver-autoregistration', 'loops'],
]
/** Named without their prefix, or after it. */
const COMPLETION = 'autoregister-completion'
const LAST = ['apiservice-openapi-controller', 'apiservice-openapiv3-controller']

/** How far a server has come with its start. */
export class StartHooks {
  readonly #done = new Set<StartStep>()

  done(step: StartStep): void {
    this.#done.add(step)
  }

  /** One for each hook: it fails until the hook is done. */
  checks(): HealthCheck[] {
    const check = (name: string, step: StartStep): HealthCheck => ({
      name,
      check: () => {
        if (!this.#done.has(step)) throw new Error('not finished')
      },
    })
    return [
      ...HOOKS.map(([name, step]) => check(`poststarthook/${name}`, step)),
      check(COMPLETION, 'API services'),
      ...LAST.map((name) => check(`poststarthook/${name}`, 'loops')),
    ]
  }
}
