import type { Subject } from '../role-reader.ts'
import { controllerRoles } from './controller-roles.ts'

/** Who has a role that every cluster has. */
export interface DefaultBinding {
  /** Absent: everywhere. */
  readonly namespace?: string
  readonly name: string
  readonly role: string
  readonly subjects: readonly (Subject & { readonly apiGroup?: string })[]
}

const GROUP = 'rbac.authorization.k8s.io'
const group = (name: string) => ({ kind: 'Group', apiGroup: GROUP, name })
const user = (name: string) => ({ kind: 'User', apiGroup: GROUP, name })
const account = (name: string) => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' })

const EVERYONE = [group('system:authenticated'), group('system:unauthenticated')]

const bound = (
  role: string,
  subjects: DefaultBinding['subjects'],
  name = role,
): DefaultBinding => ({ name, role, subjects })

/** Of cluster roles, everywhere. */
export const clusterBindings: readonly DefaultBinding[] = [
  bound('cluster-admin', [group('system:masters')]),
  bound('system:basic-user', [group('system:authenticated')]),
  bound('system:discovery', [group('system:authenticated')]),
  bound('system:kube-controller-manager', [user('system:kube-controller-manager')]),
  bound('system:kube-dns', [account('kube-dns')]),
  bound('system:kube-scheduler', [user('system:kube-scheduler')]),
  bound('system:monitoring', [group('system:monitoring')]),
  // Nodes are judged by the node authorizer, one by one; the role stands for what they may do.
  bound('system:node', []),
  bound('system:node-proxier', [user('system:kube-proxy')]),
  bound('system:openshift:public-info-viewer', EVERYONE),
  bound('system:public-info-viewer', EVERYONE),
  bound('system:service-account-issuer-discovery', [group('system:serviceaccounts')]),
  bound('system:volume-scheduler', [user('system:kube-scheduler')]),
  ...controllerRoles.map(({ name }) => bound(`system:controller:${name}`, [account(name)])),
]

const inNamespace = (
  namespace: string,
  name: string,
  subjects: DefaultBinding['subjects'],
  role = name,
): DefaultBinding => ({ namespace, name, role, subjects })

const lockOf = (part: string, others: readonly Subject[] = []) =>
  inNamespace('kube-system', `system::leader-locking-${part}`, [
    user(`system:${part}`),
    account(part),
    ...others,
  ])

/** Of roles in the cluster's own namespaces. */
export const namespacedBindings: readonly DefaultBinding[] = [
  inNamespace('kube-public', 'system:controller:bootstrap-signer', [account('bootstrap-signer')]),
  inNamespace(
    'kube-system',
    'system::extension-apiserver-authentication-reader',
    [user('system:kube-controller-manager'), user('system:kube-scheduler')],
    'extension-apiserver-authentication-reader',
  ),
  lockOf('kube-controller-manager', [account('leader-election-controller')]),
  lockOf('kube-scheduler'),
  inNamespace('kube-system', 'system:controller:bootstrap-signer', [account('bootstrap-signer')]),
  inNamespace('kube-system', 'system:controller:cloud-provider', [account('cloud-provider')]),
  inNamespace('kube-system', 'system:controller:token-cleaner', [account('token-cleaner')]),
]
