import type { FlowSchema, KubeObject, PriorityLevelConfiguration } from '../../../api/index.ts'

const AUTO_UPDATE = { 'apf.kubernetes.io/autoupdate-spec': 'true' }
type Rule = FlowSchema['spec']['rules'] extends (infer R)[] | undefined ? R : never

const user = (name: string) => ({ kind: 'User', user: { name } })
const group = (name: string) => ({ kind: 'Group', group: { name } })
const account = (name: string) => ({
  kind: 'ServiceAccount',
  serviceAccount: { namespace: 'kube-system', name },
})

const EVERYONE = [group('system:unauthenticated'), group('system:authenticated')]
const CONTROLLERS = user('system:kube-controller-manager')
const SCHEDULER = user('system:kube-scheduler')
const OBJECTS = ['get', 'create', 'update']

const everything = (subjects: Rule['subjects']): Rule => ({
  subjects,
  resourceRules: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] },
  ],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
})

const on = (verbs: string[], groupName: string, resources: string[], clusterScope = false) => ({
  verbs,
  apiGroups: [groupName],
  resources,
  ...(clusterScope && { clusterScope }),
  namespaces: ['*'],
})

const LEASES = on(OBJECTS, 'coordination.k8s.io', ['leases'])

type Distinguisher = 'ByUser' | 'ByNamespace' | ''

/** Name, level, precedence, what tells flows apart, and rule. */
const SCHEMAS: readonly (readonly [string, string, number, Distinguisher, Rule])[] = [
  ['exempt', 'exempt', 1, '', everything([group('system:masters')])],
  [
    'probes',
    'exempt',
    2,
    '',
    {
      subjects: EVERYONE,
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    },
  ],
  [
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    { subjects: [CONTROLLERS, SCHEDULER, account('*')], resourceRules: [LEASES] },
  ],
  [
    'endpoint-controller',
    'workload-high',
    150,
    'ByUser',
    {
      subjects: [
        CONTROLLERS,
        account('endpoint-controller'),
        account('endpointslicemirroring-controller'),
      ],
      resourceRules: [on(OBJECTS, '', ['endpoints'])],
    },
  ],
  [
    'workload-leader-election',
    'leader-election',
    200,
    'ByUser',
    {
      subjects: [account('*')],
      resourceRules: [on(OBJECTS, '', ['endpoints', 'configmaps']), LEASES],
    },
  ],
  [
    'system-node-high',
    'node-high',
    400,
    'ByUser',
    {
      subjects: [group('system:nodes')],
      resourceRules: [
        on(['*'], '', ['nodes', 'nodes/status'], true),
        on(['*'], 'coordination.k8s.io', ['leases']),
      ],
    },
  ],
  ['system-nodes', 'system', 500, 'ByUser', everything([group('system:nodes')])],
  ['kube-controller-manager', 'workload-high', 800, 'ByNamespace', everything([CONTROLLERS])],
  ['kube-scheduler', 'workload-high', 800, 'ByNamespace', everything([SCHEDULER])],
  ['kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', everything([account('*')])],
  [
    'service-accounts',
    'workload-low',
    9000,
    'ByUser',
    everything([group('system:serviceaccounts')]),
  ],
  ['global-default', 'global-default', 9900, 'ByUser', everything(EVERYONE)],
  ['catch-all', 'catch-all', 10_000, 'ByUser', everything(EVERYONE)],
]

/** Name, shares of the seats, how much of them it lends, and its queues and their hand, if any. */
const LEVELS: readonly (readonly [string, number, number, (readonly [number, number])?])[] = [
  ['system', 30, 33, [64, 6]],
  ['node-high', 40, 25, [64, 6]],
  ['leader-election', 10, 0, [16, 4]],
  ['workload-high', 40, 50, [128, 6]],
  ['workload-low', 100, 90, [128, 6]],
  ['global-default', 20, 50, [128, 6]],
  ['catch-all', 5, 0],
]

/** The levels and schemas that every cluster has, by resource. */
export function defaultFlowControl(): readonly (readonly [string, KubeObject[]])[] {
  return [
    ['prioritylevelconfigurations', levels()],
    ['flowschemas', schemas()],
  ]
}

const metadata = (name: string) => ({ name, annotations: { ...AUTO_UPDATE } })

function levels(): PriorityLevelConfiguration[] {
  const exempt = { nominalConcurrencyShares: 0, lendablePercent: 0 }
  const limited = LEVELS.map(([name, nominalConcurrencyShares, lendablePercent, queues]) => {
    const [count = 0, handSize = 0] = queues ?? []
    const queuing = { queues: count, handSize, queueLengthLimit: 50 }
    const limitResponse = queues ? { type: 'Queue', queuing } : { type: 'Reject' }
    const own = { nominalConcurrencyShares, limitResponse, lendablePercent }
    return { metadata: metadata(name), spec: { type: 'Limited', limited: own }, status: {} }
  })
  return [
    { metadata: metadata('exempt'), spec: { type: 'Exempt', exempt }, status: {} },
    ...limited,
  ]
}

function schemas(): FlowSchema[] {
  return SCHEMAS.map(([name, level, matchingPrecedence, by, rule]) => ({
    metadata: metadata(name),
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence,
      ...(by !== '' && { distinguisherMethod: { type: by } }),
      rules: [structuredClone(rule)],
    },
    status: {},
  }))
}
