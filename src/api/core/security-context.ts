import { boolean, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const AppArmorProfile = struct(
  'io.k8s.api.core.v1.AppArmorProfile',
  'Which AppArmor profile confines a process.',
  {
    type: string(1, '`Localhost`, `RuntimeDefault` or `Unconfined`.')
      .named('v1.AppArmorProfileType')
      .required(),
    localhostProfile: string(
      2,
      'Profile on the node that is used when `type` is `Localhost`.',
    ).nullable(),
  },
)
export interface AppArmorProfile extends TypeOf<typeof AppArmorProfile> {}

export const Capabilities = struct(
  'io.k8s.api.core.v1.Capabilities',
  'Rights of the superuser that a process is given or loses.',
  {
    add: list(1, string, 'Capabilities to give.').named('v1.Capability').atomic(),
    drop: list(2, string, 'Capabilities to take away.').named('v1.Capability').atomic(),
  },
)
export interface Capabilities extends TypeOf<typeof Capabilities> {}

export const SELinuxOptions = struct('io.k8s.api.core.v1.SELinuxOptions', 'An SELinux label.', {
  user: string(1, 'Its user.'),
  role: string(2, 'Its role.'),
  type: string(3, 'Its type.'),
  level: string(4, 'Its level.'),
})
export interface SELinuxOptions extends TypeOf<typeof SELinuxOptions> {}

export const SeccompProfile = struct(
  'io.k8s.api.core.v1.SeccompProfile',
  'System calls that a process may use.',
  {
    type: string(1, '`Localhost`, `RuntimeDefault` or `Unconfined`.')
      .named('v1.SeccompProfileType')
      .required(),
    localhostProfile: string(
      2,
      'Profile on the node that is used when `type` is `Localhost`.',
    ).nullable(),
  },
)
export interface SeccompProfile extends TypeOf<typeof SeccompProfile> {}

export const WindowsSecurityContextOptions = struct(
  'io.k8s.api.core.v1.WindowsSecurityContextOptions',
  'Rights of processes on Windows.',
  {
    gmsaCredentialSpecName: string(1, 'Name of the group-managed account.').nullable(),
    gmsaCredentialSpec: string(2, 'The group-managed account, spelled out.').nullable(),
    runAsUserName: string(3, 'Name of the user of its first process.').nullable(),
    hostProcess: boolean(4, "Whether it runs beside the node's own processes.").nullable(),
  },
)
export interface WindowsSecurityContextOptions
  extends TypeOf<typeof WindowsSecurityContextOptions> {}

export const SecurityContext = struct(
  'io.k8s.api.core.v1.SecurityContext',
  "Rights of a container's processes.",
  {
    capabilities: ref(1, Capabilities, 'Rights of the superuser that it is given or loses.'),
    privileged: boolean(2, "Gives it the node's own rights. Dangerous.").nullable(),
    seLinuxOptions: ref(3, SELinuxOptions, 'SELinux label of the container.'),
    windowsOptions: ref(10, WindowsSecurityContextOptions, 'Settings for Windows.'),
    runAsUser: int64(4, 'Number of the user of its first process.').nullable(),
    runAsGroup: int64(8, 'Number of the group of its first process.').nullable(),
    runAsNonRoot: boolean(5, 'If true, it does not start as user 0.').nullable(),
    readOnlyRootFilesystem: boolean(6, 'Makes its own file system read-only.').nullable(),
    allowPrivilegeEscalation: boolean(
      7,
      'Whether a process may gain more rights than its parent.',
    ).nullable(),
    procMount: string(9, 'How `/proc` is masked: `Default` or `Unmasked`.')
      .named('v1.ProcMountType')
      .nullable(),
    seccompProfile: ref(11, SeccompProfile, 'System calls that it may use.'),
    appArmorProfile: ref(12, AppArmorProfile, 'AppArmor profile of the container.'),
  },
)
export interface SecurityContext extends TypeOf<typeof SecurityContext> {}

export const Sysctl = struct('io.k8s.api.core.v1.Sysctl', 'A kernel setting.', {
  name: string(1, 'Name of the setting.').required(),
  value: string(2, 'Its value.').required(),
})
export interface Sysctl extends TypeOf<typeof Sysctl> {}

export const PodSecurityContext = struct(
  'io.k8s.api.core.v1.PodSecurityContext',
  'Rights of all processes of a pod.',
  {
    seLinuxOptions: ref(1, SELinuxOptions, 'SELinux label of the containers.'),
    windowsOptions: ref(8, WindowsSecurityContextOptions, 'Settings for Windows.'),
    runAsUser: int64(2, 'Number of the user of first processes.').nullable(),
    runAsGroup: int64(6, 'Number of the group of first processes.').nullable(),
    runAsNonRoot: boolean(3, 'If true, nothing runs as user 0.').nullable(),
    supplementalGroups: list(4, int64, 'Numbers of further groups.').atomic(),
    supplementalGroupsPolicy: string(
      12,
      'Whether groups of the image count too: `Merge` or `Strict`.',
    )
      .named('v1.SupplementalGroupsPolicy')
      .nullable(),
    fsGroup: int64(5, 'Group that owns the files of volumes.').nullable(),
    sysctls: list(7, Sysctl, "Kernel settings of the pod's own namespaces.").atomic(),
    fsGroupChangePolicy: string(9, 'When ownership is changed: `OnRootMismatch` or `Always`.')
      .named('v1.PodFSGroupChangePolicy')
      .nullable(),
    seccompProfile: ref(10, SeccompProfile, 'System calls that the containers may use.'),
    appArmorProfile: ref(11, AppArmorProfile, 'AppArmor profile of the containers.'),
    seLinuxChangePolicy: string(
      13,
      'How volumes get their SELinux label: `MountOption` or `Recursive`.',
    )
      .named('v1.PodSELinuxChangePolicy')
      .nullable(),
  },
)
export interface PodSecurityContext extends TypeOf<typeof PodSecurityContext> {}
