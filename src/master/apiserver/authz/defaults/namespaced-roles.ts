import { type DefaultRole, rule } from './words.ts'

/** A role of one namespace, bound to the parts that need it. */
export interface NamespacedRole extends DefaultRole {
  readonly namespace: string
}

const leaderLock = (part: string): NamespacedRole => ({
  namespace: 'kube-system',
  name: `system::leader-locking-${part}`,
  rules: [
    rule('watch', 'core', 'configmaps'),
    rule('get update', 'core', 'configmaps', part),
    rule('create get list update watch', 'coordination.k8s.io', 'leases'),
    rule('create get list update watch', 'coordination.k8s.io', 'leasecandidates'),
  ],
})

const events = rule('create patch update', 'core events.k8s.io', 'events')

/** Roles that hold in one of the cluster's own namespaces. */
export const namespacedRoles: readonly NamespacedRole[] = [
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: [
      rule('get list watch', 'core', 'configmaps'),
      rule('update', 'core', 'configmaps', 'cluster-info'),
      events,
    ],
  },
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: [rule('get list watch', 'core', 'configmaps', 'extension-apiserver-authentication')],
  },
  leaderLock('kube-controller-manager'),
  leaderLock('kube-scheduler'),
  {
    namespace: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    rules: [rule('get list watch', 'core', 'secrets')],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:cloud-provider',
    rules: [rule('create get list watch', 'core', 'configmaps')],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: [rule('delete get list watch', 'core', 'secrets'), events],
  },
]
