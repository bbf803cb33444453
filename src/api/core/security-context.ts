import { boolean, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const AppArmorProfile = struct('io.k8s.api.core.v1.AppArmorProfile', '', {
  localhostProfile: string(2).nullable(),
  type: string(1).required(),
})
export interface AppArmorProfile extends TypeOf<typeof AppArmorProfile> {}

export const Capabilities = struct('io.k8s.api.core.v1.Capabilities', '', {
  add: list(1, string).atomic(),
  drop: list(2, string).atomic(),
})
export interface Capabilities extends TypeOf<typeof Capabilities> {}

export const SELinuxOptions = struct('io.k8s.api.core.v1.SELinuxOptions', '', {
  level: string(4),
  role: string(2),
  type: string(3),
  user: string(1),
})
export interface SELinuxOptions extends TypeOf<typeof SELinuxOptions> {}

export const SeccompProfile = struct('io.k8s.api.core.v1.SeccompProfile', '', {
  localhostProfile: string(2).nullable(),
  type: string(1).required(),
})
export interface SeccompProfile extends TypeOf<typeof SeccompProfile> {}

export const WindowsSecurityContextOptions = struct(
  'io.k8s.api.core.v1.WindowsSecurityContextOptions',
  '',
  {
    gmsaCredentialSpec: string(2).nullable(),
    gmsaCredentialSpecName: string(1).nullable(),
    hostProcess: boolean(4).nullable(),
    runAsUserName: string(3).nullable(),
  },
)
export interface WindowsSecurityContextOptions
  extends TypeOf<typeof WindowsSecurityContextOptions> {}

export const SecurityContext = struct('io.k8s.api.core.v1.SecurityContext', '', {
  allowPrivilegeEscalation: boolean(7).nullable(),
  appArmorProfile: ref(12, AppArmorProfile),
  capabilities: ref(1, Capabilities),
  privileged: boolean(2).nullable(),
  procMount: string(9).nullable(),
  readOnlyRootFilesystem: boolean(6).nullable(),
  runAsGroup: int64(8).nullable(),
  runAsNonRoot: boolean(5).nullable(),
  runAsUser: int64(4).nullable(),
  seLinuxOptions: ref(3, SELinuxOptions),
  seccompProfile: ref(11, SeccompProfile),
  windowsOptions: ref(10, WindowsSecurityContextOptions),
})
export interface SecurityContext extends TypeOf<typeof SecurityContext> {}

export const Sysctl = struct('io.k8s.api.core.v1.Sysctl', '', {
  name: string(1).required(),
  value: string(2).required(),
})
export interface Sysctl extends TypeOf<typeof Sysctl> {}

export const PodSecurityContext = struct('io.k8s.api.core.v1.PodSecurityContext', '', {
  appArmorProfile: ref(11, AppArmorProfile),
  fsGroup: int64(5).nullable(),
  fsGroupChangePolicy: string(9).nullable(),
  runAsGroup: int64(6).nullable(),
  runAsNonRoot: boolean(3).nullable(),
  runAsUser: int64(2).nullable(),
  seLinuxChangePolicy: string(13).nullable(),
  seLinuxOptions: ref(1, SELinuxOptions),
  seccompProfile: ref(10, SeccompProfile),
  supplementalGroups: list(4, int64).atomic(),
  supplementalGroupsPolicy: string(12).nullable(),
  sysctls: list(7, Sysctl).atomic(),
  windowsOptions: ref(8, WindowsSecurityContextOptions),
})
export interface PodSecurityContext extends TypeOf<typeof PodSecurityContext> {}
