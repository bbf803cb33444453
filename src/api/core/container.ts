import {
  boolean,
  int32,
  list,
  map,
  quantity,
  ref,
  string,
  struct,
  type TypeOf,
} from '../schema/index.ts'
import { EnvFromSource, EnvVar } from './env.ts'
import { Lifecycle, Probe } from './probe.ts'
import { SecurityContext } from './security-context.ts'

export const ContainerPort = struct(
  'io.k8s.api.core.v1.ContainerPort',
  'A port that a container serves.',
  {
    name: string(1, 'Name of the port, to be referred to by services.'),
    hostPort: int32(2, 'Number of the port on the node, if it is opened there.'),
    containerPort: int32(3, 'Number of the port in the pod, 1 to 65535.').required(),
    protocol: string(4, '`TCP`, `UDP` or `SCTP`.').named('v1.Protocol'),
    hostIP: string(5, 'Address of the node at which the port is opened.'),
  },
)
export interface ContainerPort extends TypeOf<typeof ContainerPort> {}

export const ContainerResizePolicy = struct(
  'io.k8s.api.core.v1.ContainerResizePolicy',
  'What a change of one resource means for a running container.',
  {
    resourceName: string(1, '`cpu` or `memory`.').named('v1.ResourceName').required(),
    restartPolicy: string(2, '`NotRequired` or `RestartContainer`.')
      .named('v1.ResourceResizeRestartPolicy')
      .required(),
  },
)
export interface ContainerResizePolicy extends TypeOf<typeof ContainerResizePolicy> {}

export const ContainerResourceClaim = struct(
  'io.k8s.api.core.v1.ResourceClaim',
  "One of the pod's claims, as a container uses it.",
  {
    name: string(1, 'Name of the claim inside the pod.').required(),
    request: string(2, 'One request of the claim; all if empty.'),
  },
)
export interface ContainerResourceClaim extends TypeOf<typeof ContainerResourceClaim> {}

export const ResourceRequirements = struct(
  'io.k8s.api.core.v1.ResourceRequirements',
  'What a container or pod needs and may use.',
  {
    limits: map(1, quantity, 'The most that may be used, by resource.'),
    requests: map(2, quantity, 'What is needed at least, and kept free, by resource.'),
    claims: list(3, ContainerResourceClaim, 'Claims whose devices it uses.').keyed('name'),
  },
)
export interface ResourceRequirements extends TypeOf<typeof ResourceRequirements> {}

export const ContainerRestartRuleOnExitCodes = struct(
  'io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes',
  'A set of exit codes.',
  {
    operator: string(1, '`In` or `NotIn`.')
      .named('v1.ContainerRestartRuleOnExitCodesOperator')
      .required(),
    values: list(2, int32, 'The codes, 255 at most.').set(),
  },
)
export interface ContainerRestartRuleOnExitCodes
  extends TypeOf<typeof ContainerRestartRuleOnExitCodes> {}

export const ContainerRestartRule = struct(
  'io.k8s.api.core.v1.ContainerRestartRule',
  'An exit, and what follows from it.',
  {
    action: string(1, 'What follows: `Restart`.').named('v1.ContainerRestartRuleAction').required(),
    exitCodes: ref(2, ContainerRestartRuleOnExitCodes, 'The exits that are meant.'),
  },
)
export interface ContainerRestartRule extends TypeOf<typeof ContainerRestartRule> {}

export const VolumeDevice = struct(
  'io.k8s.api.core.v1.VolumeDevice',
  'A block device in a container.',
  {
    name: string(1, 'Name of the volume, a claim in block mode.').required(),
    devicePath: string(2, 'Where the container sees the device.').required(),
  },
)
export interface VolumeDevice extends TypeOf<typeof VolumeDevice> {}

export const VolumeMount = struct('io.k8s.api.core.v1.VolumeMount', 'A volume in a container.', {
  name: string(1, 'Name of the volume.').required(),
  readOnly: boolean(2, 'Mounts the volume for reading alone.'),
  recursiveReadOnly: string(
    7,
    'Whether `readOnly` holds all the way down: `Disabled`, `IfPossible` or `Enabled`.',
  )
    .named('v1.RecursiveReadOnlyMode')
    .nullable(),
  mountPath: string(3, 'Where the container sees the volume; without `:`.').required(),
  subPath: string(4, 'The part of the volume to mount; its root if empty.'),
  mountPropagation: string(
    5,
    'Who sees later mounts: `None` (default), `HostToContainer` or `Bidirectional`.',
  )
    .named('v1.MountPropagationMode')
    .nullable(),
  subPathExpr: string(6, 'As `subPath`, with `$(NAME)` for environment variables.'),
})
export interface VolumeMount extends TypeOf<typeof VolumeMount> {}

export const Container = struct('io.k8s.api.core.v1.Container', 'One container of a pod.', {
  name: string(1, 'Name of the container, unique in its pod, a DNS label.').required(),
  image: string(2, 'Name of the image.'),
  command: list(
    3,
    string,
    "Program to run with its first arguments; the image's entry point if absent.",
  ).atomic(),
  args: list(
    4,
    string,
    "Arguments of the command; the image's own if absent. `$(NAME)` stands for a variable.",
  ).atomic(),
  workingDir: string(5, "Directory in which the command starts; the image's own if empty."),
  ports: list(
    6,
    ContainerPort,
    'Ports that the container serves; for information, it does not open or close any.',
  )
    .keyed('containerPort', 'protocol')
    .patch('merge', 'containerPort'),
  envFrom: list(
    19,
    EnvFromSource,
    'Sources whose entries all become environment variables.',
  ).atomic(),
  env: list(7, EnvVar, 'Environment variables.').keyed('name').patch('merge', 'name'),
  resources: ref(
    8,
    ResourceRequirements,
    'How much CPU, memory and other resources it needs and may use.',
  ).written(),
  resizePolicy: list(
    23,
    ContainerResizePolicy,
    'What a change of each resource means for the running container.',
  ).atomic(),
  restartPolicy: string(
    24,
    'For init containers: `Always` makes one that keeps running beside the others.',
  )
    .named('v1.ContainerRestartPolicy')
    .nullable(),
  restartPolicyRules: list(
    25,
    ContainerRestartRule,
    "Which exits start the container anew, whatever the pod's policy.",
  ).atomic(),
  volumeMounts: list(9, VolumeMount, 'Volumes that the container sees as directories.')
    .keyed('mountPath')
    .patch('merge', 'mountPath'),
  volumeDevices: list(21, VolumeDevice, 'Block devices that the container sees.')
    .keyed('devicePath')
    .patch('merge', 'devicePath'),
  livenessProbe: ref(10, Probe, 'Tells whether the container must be started anew.'),
  readinessProbe: ref(11, Probe, 'Tells whether the container can take requests.'),
  startupProbe: ref(22, Probe, 'Holds the other probes back until the container has started.'),
  lifecycle: ref(12, Lifecycle, 'What runs after the container has started and before it ends.'),
  terminationMessagePath: string(13, 'File whose content explains how the container ended.'),
  terminationMessagePolicy: string(
    20,
    '`File`, or `FallbackToLogsOnError`: the end of the log if the file is empty.',
  ).named('v1.TerminationMessagePolicy'),
  imagePullPolicy: string(
    14,
    'When the image is fetched: `Always`, `IfNotPresent` or `Never`.',
  ).named('v1.PullPolicy'),
  securityContext: ref(
    15,
    SecurityContext,
    "Rights of the container's processes; they go before those of the pod.",
  ),
  stdin: boolean(16, 'Keeps a buffer for standard input.'),
  stdinOnce: boolean(17, 'Closes standard input after the first client has gone.'),
  tty: boolean(18, 'Gives the container a terminal.'),
})
export interface Container extends TypeOf<typeof Container> {}

export const EphemeralContainer = struct(
  'io.k8s.api.core.v1.EphemeralContainer',
  'A container that is put into a running pod to find a fault.',
  {
    name: string(1, 'Name of the container, unique in its pod, a DNS label.')
      .inlinedAt(1)
      .required(),
    image: string(2, 'Name of the image.').inlinedAt(1),
    command: list(
      3,
      string,
      "Program to run with its first arguments; the image's entry point if absent.",
    )
      .inlinedAt(1)
      .atomic(),
    args: list(
      4,
      string,
      "Arguments of the command; the image's own if absent. `$(NAME)` stands for a variable.",
    )
      .inlinedAt(1)
      .atomic(),
    workingDir: string(
      5,
      "Directory in which the command starts; the image's own if empty.",
    ).inlinedAt(1),
    ports: list(
      6,
      ContainerPort,
      'Ports that the container serves; for information, it does not open or close any.',
    )
      .inlinedAt(1)
      .keyed('containerPort', 'protocol')
      .patch('merge', 'containerPort'),
    envFrom: list(19, EnvFromSource, 'Sources whose entries all become environment variables.')
      .inlinedAt(1)
      .atomic(),
    env: list(7, EnvVar, 'Environment variables.')
      .inlinedAt(1)
      .keyed('name')
      .patch('merge', 'name'),
    resources: ref(
      8,
      ResourceRequirements,
      'How much CPU, memory and other resources it needs and may use.',
    )
      .inlinedAt(1)
      .written(),
    resizePolicy: list(
      23,
      ContainerResizePolicy,
      'What a change of each resource means for the running container.',
    )
      .inlinedAt(1)
      .atomic(),
    restartPolicy: string(
      24,
      'For init containers: `Always` makes one that keeps running beside the others.',
    )
      .named('v1.ContainerRestartPolicy')
      .nullable()
      .inlinedAt(1),
    restartPolicyRules: list(
      25,
      ContainerRestartRule,
      "Which exits start the container anew, whatever the pod's policy.",
    )
      .inlinedAt(1)
      .atomic(),
    volumeMounts: list(9, VolumeMount, 'Volumes that the container sees as directories.')
      .inlinedAt(1)
      .keyed('mountPath')
      .patch('merge', 'mountPath'),
    volumeDevices: list(21, VolumeDevice, 'Block devices that the container sees.')
      .inlinedAt(1)
      .keyed('devicePath')
      .patch('merge', 'devicePath'),
    livenessProbe: ref(10, Probe, 'Tells whether the container must be started anew.').inlinedAt(1),
    readinessProbe: ref(11, Probe, 'Tells whether the container can take requests.').inlinedAt(1),
    startupProbe: ref(
      22,
      Probe,
      'Holds the other probes back until the container has started.',
    ).inlinedAt(1),
    lifecycle: ref(
      12,
      Lifecycle,
      'What runs after the container has started and before it ends.',
    ).inlinedAt(1),
    terminationMessagePath: string(
      13,
      'File whose content explains how the container ended.',
    ).inlinedAt(1),
    terminationMessagePolicy: string(
      20,
      '`File`, or `FallbackToLogsOnError`: the end of the log if the file is empty.',
    )
      .named('v1.TerminationMessagePolicy')
      .inlinedAt(1),
    imagePullPolicy: string(14, 'When the image is fetched: `Always`, `IfNotPresent` or `Never`.')
      .named('v1.PullPolicy')
      .inlinedAt(1),
    securityContext: ref(
      15,
      SecurityContext,
      "Rights of the container's processes; they go before those of the pod.",
    ).inlinedAt(1),
    stdin: boolean(16, 'Keeps a buffer for standard input.').inlinedAt(1),
    stdinOnce: boolean(17, 'Closes standard input after the first client has gone.').inlinedAt(1),
    tty: boolean(18, 'Gives the container a terminal.').inlinedAt(1),
    targetContainerName: string(2, 'Container whose processes it sees.'),
  },
)
export interface EphemeralContainer extends TypeOf<typeof EphemeralContainer> {}
