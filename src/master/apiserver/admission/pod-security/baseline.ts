import {
  type Check,
  containersOf,
  containersText,
  namesWhere,
  plural,
  quoted,
  settersText,
  sortedSet,
} from './check.ts'

const CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

const capabilities: Check = {
  id: 'capabilities_baseline',
  since: 0,
  find({ spec }) {
    const added = (of: { capabilities?: { add?: readonly string[] } } | undefined) =>
      (of?.capabilities?.add ?? []).filter((name) => !CAPABILITIES.has(name))
    const names = namesWhere(spec, (context) => added(context).length > 0)
    if (names.length === 0) return undefined
    const bad = sortedSet(containersOf(spec).flatMap((c) => added(c.securityContext)))
    const what = `must not include ${quoted(bad)} in securityContext.capabilities.add`
    return { reason: 'non-default capabilities', detail: `${containersText(names)} ${what}` }
  },
}

const hostNamespaces: Check = {
  id: 'hostNamespaces',
  since: 0,
  find({ spec }) {
    const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name])
    if (used.length === 0) return undefined
    return { reason: 'host namespaces', detail: used.map((name) => `${name}=true`).join(', ') }
  },
}

const hostPathVolumes: Check = {
  id: 'hostPathVolumes',
  since: 0,
  find({ spec }) {
    const names = (spec.volumes ?? []).filter((v) => v.hostPath).map((v) => v.name)
    if (names.length === 0) return undefined
    const detail = `${plural('volume', 'volumes', names.length)} ${quoted(names)}`
    return { reason: 'hostPath volumes', detail }
  },
}

const hostPorts: Check = {
  id: 'hostPorts',
  since: 0,
  find({ spec }) {
    const portsOf = ({ ports = [] }: { ports?: readonly { hostPort?: number }[] }) =>
      ports.flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [String(hostPort)]))
    const names = namesWhere(spec, (_, container) => portsOf(container).length > 0)
    if (names.length === 0) return undefined
    const ports = sortedSet(containersOf(spec).flatMap(portsOf))
    const uses = plural('uses', 'use', names.length)
    const what = plural('hostPort', 'hostPorts', ports.length)
    const detail = `${containersText(names)} ${uses} ${what} ${ports.join(', ')}`
    return { reason: 'hostPort', detail }
  },
}

interface Hosted {
  readonly httpGet?: { readonly host?: string }
  readonly tcpSocket?: { readonly host?: string }
}

const hostProbes: Check = {
  id: 'hostProbesAndHostLifecycle',
  since: 34,
  find({ spec }) {
    const hostsOf = (one: Hosted | undefined) =>
      [one?.httpGet?.host, one?.tcpSocket?.host].filter((host) => host !== undefined && host !== '')
    const bad = new Map<string, string[]>()
    for (const container of containersOf(spec)) {
      const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container
      const { postStart, preStop } = lifecycle ?? {}
      const all = [livenessProbe, readinessProbe, startupProbe, postStart, preStop]
      const hosts = all.flatMap((one) => hostsOf(one)).map(String)
      if (hosts.length > 0) bad.set(container.name, hosts)
    }
    if (bad.size === 0) return undefined
    const names = sortedSet([...bad.keys()])
    const hosts = sortedSet([...bad.values()].flat())
    const uses = plural('uses', 'use', names.length)
    const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length)
    const detail = `${containersText(names)} ${uses} ${what} ${quoted(hosts)}`
    return { reason: 'probe or lifecycle host', detail }
  },
}

const privileged: Check = {
  id: 'privileged',
  since: 0,
  find({ spec }) {
    const names = namesWhere(spec, (context) => context?.privileged === true)
    if (names.length === 0) return undefined
    const detail = `${containersText(names)} must not set securityContext.privileged=true`
    return { reason: 'privileged', detail }
  },
}

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t']

const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  since: 0,
  find({ spec, minor }) {
    const allowed = minor >= 31 ? [...SELINUX_TYPES, 'container_engine_t'] : SELINUX_TYPES
    interface Options {
      readonly type?: string
      readonly user?: string
      readonly role?: string
    }
    const isBad = (options: Options | undefined) =>
      options !== undefined &&
      (!allowed.includes(options.type ?? '') || Boolean(options.user) || Boolean(options.role))
    const pod = spec.securityContext?.seLinuxOptions
    const names = namesWhere(spec, (context) => isBad(context?.seLinuxOptions))
    if (!isBad(pod) && names.length === 0) return undefined
    const all = [pod, ...containersOf(spec).map((c) => c.securityContext?.seLinuxOptions)]
    const types = sortedSet(
      all.flatMap((one) => (one && !allowed.includes(one.type ?? '') ? [one.type ?? ''] : [])),
    )
    const data = [
      ...(types.length > 0 ? [`${plural('type', 'types', types.length)} ${quoted(types)}`] : []),
      ...(all.some((one) => one?.user) ? ['user may not be set'] : []),
      ...(all.some((one) => one?.role) ? ['role may not be set'] : []),
    ]
    const what = `set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`
    return { reason: 'seLinuxOptions', detail: `${settersText(isBad(pod), names)} ${what}` }
  },
}

const SYSCTLS: readonly [since: number, names: readonly string[]][] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
]

const sysctls: Check = {
  id: 'sysctls',
  since: 0,
  find({ spec, minor }) {
    const allowed = new Set(SYSCTLS.flatMap(([since, names]) => (since <= minor ? names : [])))
    const names = (spec.securityContext?.sysctls ?? []).map((sysctl) => sysctl.name)
    const bad = names.filter((name) => !allowed.has(name))
    if (bad.length === 0) return undefined
    return { reason: 'forbidden sysctls', detail: bad.join(', ') }
  },
}

const windowsHostProcess: Check = {
  id: 'windowsHostProcess',
  since: 0,
  find({ spec }) {
    const pod = spec.securityContext?.windowsOptions?.hostProcess === true
    const names = namesWhere(spec, (context) => context?.windowsOptions?.hostProcess === true)
    if (!pod && names.length === 0) return undefined
    const what = 'must not set securityContext.windowsOptions.hostProcess=true'
    return { reason: 'hostProcess', detail: `${settersText(pod, names)} ${what}` }
  },
}

/** In what concerns the node and other pods (the Pod Security Standards' level baseline). */
export const BASELINE: readonly Check[] = [
  capabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  seLinuxOptions,
  sysctls,
  windowsHostProcess,
]
