/** A request for a certificate of `a`, whose key nobody has. */
const CERTIFICATE_REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlHTE1EOENBUUF3RERFS01BZ0dBMVVFQXd3' +
  'QllUQXFNQVVHQXl0bGNBTWhBR1Bnajg0a2FJSWNwOXRmSDJ3VAozUjdvVmVRQlNTMkw4VEd0enMzY3QvSmlv' +
  'QUF3QlFZREsyVndBMEVBUDlObkhFSFEzZkxuVmNnSmNVY1RHRm9OCnFtQVpiTGpYR3FrU0w3K0xvaDFIWFJ6' +
  'NGMvNmgwQ2hMcTNyTGFScktVY2plQ3NjMkJyMWhMdmtSNjF5aUJnPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUg' +
  'UkVRVUVTVC0tLS0tCg=='

/** The least that Kubernetes takes of each kind, by `group/plural`; metadata aside. */
export const MINIMAL: Readonly<Record<string, object>> = {
  '/events': { involvedObject: { namespace: 'fuzz' } },
  '/nodes': {},
  '/persistentvolumeclaims': {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  '/persistentvolumes': {
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      nfs: { server: 'h', path: '/p' },
    },
  },
  '/pods': { spec: { containers: [{ name: 'c', image: 'i' }] } },
  '/podtemplates': { template: { spec: { containers: [{ name: 'c', image: 'i' }] } } },
  '/replicationcontrollers': {
    spec: { selector: { a: 'b' }, template: podTemplate() },
  },
  '/services': { spec: { ports: [{ port: 80 }] } },
  'admissionregistration.k8s.io/mutatingadmissionpolicies': {
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] },
        ],
      },
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }],
      reinvocationPolicy: 'Never',
    },
  },
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': { spec: { policyName: 'p' } },
  'admissionregistration.k8s.io/validatingadmissionpolicies': {
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] },
        ],
      },
      validations: [{ expression: 'true' }],
    },
  },
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': {
    spec: { policyName: 'p', validationActions: ['Deny'] },
  },
  'apiextensions.k8s.io/customresourcedefinitions': {
    metadata: { name: 'foos.x.io' },
    spec: {
      group: 'x.io',
      names: { plural: 'foos', kind: 'Foo' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object' } },
        },
      ],
    },
  },
  'apiregistration.k8s.io/apiservices': {
    metadata: { name: 'v1.y.io' },
    spec: {
      group: 'y.io',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { namespace: 'a', name: 'b' },
      insecureSkipTLSVerify: true,
    },
  },
  'apps/controllerrevisions': { data: { a: 1 }, revision: 1 },
  'apps/daemonsets': workload(),
  'apps/deployments': workload(),
  'apps/replicasets': workload(),
  'apps/statefulsets': workload(),
  'autoscaling/horizontalpodautoscalers': {
    spec: { maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'd' } },
  },
  'batch/cronjobs': {
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template: onceTemplate() } } },
  },
  'batch/jobs': { spec: { template: onceTemplate() } },
  'certificates.k8s.io/certificatesigningrequests': {
    spec: { request: CERTIFICATE_REQUEST, signerName: 'a.io/b', usages: ['client auth'] },
  },
  'discovery.k8s.io/endpointslices': { addressType: 'IPv4', endpoints: [], ports: [] },
  'events.k8s.io/events': {
    eventTime: '2026-01-01T00:00:00.000000Z',
    action: 'A',
    reason: 'R',
    type: 'Normal',
    reportingController: 'a.b/c',
    reportingInstance: 'i',
    regarding: { namespace: 'fuzz' },
  },
  'flowcontrol.apiserver.k8s.io/flowschemas': {
    spec: { priorityLevelConfiguration: { name: 'x' }, matchingPrecedence: 100 },
  },
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': {
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
  },
  'networking.k8s.io/ingresses': {
    spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
  },
  'networking.k8s.io/ingressclasses': { spec: { controller: 'a.io/b' } },
  'networking.k8s.io/ipaddresses': {
    metadata: { name: '10.0.0.9' },
    spec: { parentRef: { resource: 'services', namespace: 'fuzz', name: 's' } },
  },
  'networking.k8s.io/networkpolicies': { spec: { podSelector: {} } },
  'networking.k8s.io/servicecidrs': { spec: { cidrs: ['10.0.0.0/24'] } },
  'node.k8s.io/runtimeclasses': { handler: 'h' },
  'policy/poddisruptionbudgets': {
    spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } },
  },
  'rbac.authorization.k8s.io/clusterrolebindings': {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
  },
  'rbac.authorization.k8s.io/rolebindings': {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
  },
  'resource.k8s.io/deviceclasses': { spec: {} },
  'resource.k8s.io/resourceclaims': { spec: {} },
  'resource.k8s.io/resourceclaimtemplates': { spec: { spec: {} } },
  'resource.k8s.io/resourceslices': {
    spec: {
      driver: 'd.io',
      nodeName: 'n',
      pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
    },
  },
  'scheduling.k8s.io/priorityclasses': { value: 1 },
  'storage.k8s.io/csidrivers': { spec: {} },
  'storage.k8s.io/csinodes': { spec: { drivers: [{ name: 'd.io', nodeID: 'n' }] } },
  'storage.k8s.io/csistoragecapacities': { storageClassName: 'c' },
  'storage.k8s.io/storageclasses': { provisioner: 'a.io/b' },
  'storage.k8s.io/volumeattachments': {
    spec: { attacher: 'd.io', nodeName: 'n', source: { persistentVolumeName: 'p' } },
  },
  'storage.k8s.io/volumeattributesclasses': { driverName: 'd.io', parameters: { a: 'b' } },
}

function podTemplate(): object {
  return { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
}

function onceTemplate(): object {
  return { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }
}

function workload(): object {
  return { spec: { selector: { matchLabels: { a: 'b' } }, template: podTemplate() } }
}
