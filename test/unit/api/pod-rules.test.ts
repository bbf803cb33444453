import assert from 'node:assert/strict'
import {
  allResources,
  decodeJson,
  describeErrors,
  type FieldError,
  type Pod,
} from '../../../src/api/index.ts'

const pods = allResources.find((resource) => resource.plural === 'pods')

function podOf(spec: object, metadata: object = {}): Pod {
  assert.ok(pods)
  const containers = [{ name: 'c', image: 'i' }]
  const json = {
    metadata: { name: 'p', namespace: 'n', ...metadata },
    spec: { containers, ...spec },
  }
  const pod = decodeJson<Pod>(pods.struct, json)
  pods.strategy.applyDefaults(pod)
  return pod
}

const textOf = (errors: readonly FieldError[]) => (errors.length > 0 ? describeErrors(errors) : '')
const faults = (pod: Pod) => textOf(pods?.strategy.validateCreate(pod) ?? [])
const changes = (pod: Pod, old: Pod) => textOf(pods?.strategy.validateUpdate(pod, old) ?? [])

const volume = (source: object) => ({ volumes: [{ name: 'v', ...source }] })
const container = (fields: object) => ({ containers: [{ name: 'c', image: 'i', ...fields }] })
const C = 'spec.containers[0]'
const V = 'spec.volumes[0]'

/** Specs with what Kubernetes says of them (`pkg/apis/core/validation`). */
const RULES: readonly (readonly [spec: object, faults: string])[] = [
  [
    volume({ emptyDir: {}, cephfs: { monitors: ['m'] } }),
    `${V}.cephFS: Forbidden: may not specify more than 1 volume type`,
  ],
  [volume({ gcePersistentDisk: { pdName: '' } }), `${V}.persistentDisk.pdName: Required value`],
  [
    volume({ nfs: { server: 's', path: 'rel' } }),
    `${V}.nfs.path: Invalid value: "rel": must be an absolute path`,
  ],
  [
    volume({ iscsi: { targetPortal: 't', iqn: 'x', lun: 0 } }),
    `${V}.iscsi.iqn: Invalid value: "x": must be valid format starting with iqn, eui, or naa`,
  ],
  [
    volume({
      downwardAPI: { items: [{ path: '../a', fieldRef: { fieldPath: 'spec.nodeName' } }] },
    }),
    `[${V}.downwardAPI.path: Invalid value: "../a": must not contain '..', ` +
      `${V}.downwardAPI.fieldRef.fieldPath: Unsupported value: "spec.nodeName": supported values: ` +
      '"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"]',
  ],
  [
    volume({
      projected: {
        sources: [
          { secret: { name: 's', items: [{ key: 'k', path: 'p' }] } },
          { configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] }, secret: { name: 's' } },
        ],
      },
    }),
    `[${V}.projected: Invalid value: "m": conflicting duplicate paths, ` +
      `${V}.projected.sources[1]: Forbidden: may not specify more than 1 volume type per source]`,
  ],
  [volume({ ephemeral: {} }), `${V}.ephemeral.volumeClaimTemplate: Required value`],
  [
    volume({ csi: { driver: 'd', nodePublishSecretRef: {} } }),
    `${V}.csi.nodePublishSecretRef.name: Required value`,
  ],
  [
    {
      ...volume({ secret: {} }),
      ...container({ volumeMounts: [{ name: 'v', mountPath: '/m' }] }),
    },
    `[${V}.secret.secretName: Required value, ${C}.volumeMounts[0].name: Not found: "v"]`,
  ],
  [
    {
      ...volume({ emptyDir: {} }),
      ...container({
        volumeMounts: [
          { name: 'v', mountPath: '/m', subPath: '/a', mountPropagation: 'Bidirectional' },
          { name: 'v', mountPath: '/m', recursiveReadOnly: 'Enabled' },
        ],
      }),
    },
    `[${C}.volumeMounts.subPath: Invalid value: "/a": must be a relative path, ` +
      `${C}.volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers, ` +
      `${C}.volumeMounts[1].mountPath: Invalid value: "/m": must be unique, ` +
      `${C}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true]`,
  ],
  [
    {
      ...volume({ emptyDir: {} }),
      ...container({ volumeDevices: [{ name: 'v', devicePath: '/d' }] }),
    },
    `${C}.volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode`,
  ],
  [
    container({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "spec.x['a']" } } }] }),
    `${C}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.x['a']": error converting fieldPath: field label does not support subscript: spec.x['a']`,
  ],
  [
    container({
      env: [
        { name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } },
      ],
    }),
    `${C}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
  ],
  [
    container({ envFrom: [{}] }),
    `${C}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``,
  ],
  [
    container({ terminationMessagePolicy: 'Loud' }),
    `${C}.terminationMessagePolicy: Unsupported value: "Loud": supported values: "File", "FallbackToLogsOnError"`,
  ],
  [
    container({ resources: { limits: { gold: '1' } } }),
    `[${C}.resources.limits[gold]: Invalid value: gold: must be a standard resource type or fully qualified, ` +
      `${C}.resources.limits[gold]: Invalid value: gold: must be a standard resource for containers, ` +
      `${C}.resources.requests[gold]: Invalid value: gold: must be a standard resource type or fully qualified, ` +
      `${C}.resources.requests[gold]: Invalid value: gold: must be a standard resource for containers]`,
  ],
  [
    container({ resources: { limits: { cpu: '1', 'hugepages-2Mi': '3Mi' } } }),
    `[${C}.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi, ` +
      `${C}.resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi]`,
  ],
  [
    container({ resizePolicy: [{ resourceName: 'disk', restartPolicy: 'Maybe' }] }),
    `[${C}.resizePolicy: Unsupported value: disk: supported values: "cpu", "memory", ` +
      `${C}.resizePolicy: Unsupported value: "Maybe": supported values: "NotRequired", "RestartContainer"]`,
  ],
  [
    container({ securityContext: { procMount: 'Odd', seccompProfile: {} } }),
    `[${C}.securityContext.procMount: Unsupported value: "Odd": supported values: "Default", "Unmasked", ` +
      `${C}.securityContext.seccompProfile.type: Required value: type is required when seccompProfile is set]`,
  ],
  [
    container({ securityContext: { allowPrivilegeEscalation: false, privileged: true } }),
    `${C}.securityContext: Invalid value: core.SecurityContext{Capabilities:(*core.Capabilities)(nil), Privileged:(*bool)(0xc000000000), ` +
      'SELinuxOptions:(*core.SELinuxOptions)(nil), WindowsOptions:(*core.WindowsSecurityContextOptions)(nil), RunAsUser:(*int64)(nil), ' +
      'RunAsGroup:(*int64)(nil), RunAsNonRoot:(*bool)(nil), ReadOnlyRootFilesystem:(*bool)(nil), AllowPrivilegeEscalation:(*bool)(0xc000000000), ' +
      'ProcMount:(*core.ProcMountType)(nil), SeccompProfile:(*core.SeccompProfile)(nil), AppArmorProfile:(*core.AppArmorProfile)(nil)}: ' +
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
  ],
  [
    {
      hostNetwork: true,
      securityContext: { sysctls: [{ name: 'net.ipv4.ip_forward', value: '1' }] },
    },
    'spec.securityContext.sysctls[0].name: Invalid value: "net.ipv4.ip_forward": may not be specified when \'hostNetwork\' is true',
  ],
  [
    { securityContext: { appArmorProfile: { type: 'Localhost' }, supplementalGroupsPolicy: 'X' } },
    '[spec.securityContext.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost, ' +
      'spec.securityContext.supplementalGroupsPolicy: Unsupported value: "X": supported values: "Merge", "Strict"]',
  ],
  [
    {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: '', matchLabelKeys: ['a'], labelSelector: { matchLabels: { a: '_' } } },
          ],
        },
      },
    },
    '[spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchLabels: Invalid value: "_": ' +
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
      "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
      "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'), " +
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty, ' +
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must be non-empty, ' +
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must consist of ' +
      "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or " +
      "'123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')]",
  ],
  [
    {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'k',
          whenUnsatisfiable: 'ScheduleAnyway',
          minDomains: 2,
          matchLabelKeys: ['a'],
        },
        {
          maxSkew: 1,
          topologyKey: 'k',
          whenUnsatisfiable: 'ScheduleAnyway',
          nodeTaintsPolicy: 'Q',
        },
      ],
    },
    '[spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{k, ScheduleAnyway}", ' +
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway, ' +
      'spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set, ' +
      'spec.topologySpreadConstraints[1].nodeTaintsPolicy: Unsupported value: "Q": supported values: "Honor", "Ignore"]',
  ],
  [
    { hostUsers: false, hostPID: true },
    'spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false',
  ],
  [
    { nodeName: 'n', schedulingGates: [{ name: 'a.b/c' }] },
    'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
  ],
  [
    { os: { name: 'windows' }, ...container({ securityContext: { runAsUser: 1 } }) },
    `${C}.securityContext.runAsUser: Forbidden: cannot be set for a windows pod`,
  ],
  [
    { os: { name: 'beos' } },
    'spec.os: Unsupported value: "beos": supported values: "linux", "windows"',
  ],
  [
    { initContainers: [{ name: 'c', image: 'i', livenessProbe: { exec: { command: ['x'] } } }] },
    '[spec.initContainers[0].name: Duplicate value: "c", spec.initContainers[0].livenessProbe: Forbidden: ' +
      'may not be set for init containers without restartPolicy=Always]',
  ],
]

describe('rules of pods', () => {
  for (const [spec, expected] of RULES) {
    it(JSON.stringify(spec).slice(0, 90), () => {
      assert.equal(faults(podOf(spec)), expected)
    })
  }

  it('annotations that mean something', () => {
    const annotations = {
      'kubernetes.io/config.mirror': 'x',
      'controller.kubernetes.io/pod-deletion-cost': '1.5',
    }
    assert.equal(
      faults(podOf({}, { annotations })),
      '[metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set, ' +
        'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "1.5": must be a 32bit integer]',
    )
  })

  it('a gated pod may be told more narrowly where it can run', () => {
    const gated = (nodeSelector: object) =>
      podOf({ schedulingGates: [{ name: 'a.b/c' }], nodeSelector })
    assert.equal(changes(gated({ a: '1', b: '2' }), gated({ a: '1' })), '')
    assert.equal(
      changes(gated({ b: '2' }), gated({ a: '1' })),
      'spec.nodeSelector: Invalid value: map[string]string{"b":"2"}: ' +
        'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    )
  })

  it('gates are taken away, not added', () => {
    const gates = (...names: string[]) =>
      podOf({ schedulingGates: names.map((name) => ({ name })) })
    assert.equal(
      changes(gates('a', 'b'), gates('a')),
      "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'",
    )
  })
})
