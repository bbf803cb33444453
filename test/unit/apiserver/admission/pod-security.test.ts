import assert from 'node:assert/strict'
import { evaluatePod } from '../../../../src/master/apiserver/admission/pod-security/evaluate.ts'
import { namespaceWarnings } from '../../../../src/master/apiserver/admission/pod-security/namespace-warnings.ts'
import {
  type Level,
  policyOf,
  policyText,
} from '../../../../src/master/apiserver/admission/pod-security/policy.ts'

const good = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}
const container = (securityContext: object = good, more: object = {}) => ({
  name: 'c',
  image: 'x',
  securityContext,
  ...more,
})
const spec = (securityContext: object, more: object = {}) => ({
  containers: [container(securityContext)],
  ...more,
})

function evaluate(level: Level, of: { spec: object; minor?: number; annotations?: object }) {
  const pod = { metadata: { annotations: of.annotations ?? {} }, spec: of.spec }
  return evaluatePod({ level, minor: of.minor }, pod as Parameters<typeof evaluatePod>[1]).details
}

describe('pod security', () => {
  const cases: [name: string, level: Level, spec: object, details: string][] = [
    ['nothing', 'baseline', spec({}), ''],
    ['what complies', 'restricted', spec(good), ''],
    [
      'a privileged container',
      'baseline',
      spec({ privileged: true }),
      'privileged (container "c" must not set securityContext.privileged=true)',
    ],
    [
      'a host process',
      'baseline',
      spec({}, { securityContext: { windowsOptions: { hostProcess: true } } }),
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      'an SELinux type and user',
      'baseline',
      spec({ seLinuxOptions: { type: 'x_t', user: 'u' } }),
      'seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: type "x_t"; ' +
        'user may not be set)',
    ],
    [
      'a sysctl',
      'baseline',
      spec({}, { securityContext: { sysctls: [{ name: 'kernel.x', value: '1' }] } }),
      'forbidden sysctls (kernel.x)',
    ],
    [
      'another proc mount',
      'baseline',
      spec({ procMount: 'Unmasked' }),
      'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      'no AppArmor',
      'baseline',
      spec({ appArmorProfile: { type: 'Unconfined' } }),
      'forbidden AppArmor profile (container "c" must not set AppArmor profile type to "Unconfined")',
    ],
    [
      'no seccomp',
      'baseline',
      spec({}, { securityContext: { seccompProfile: { type: 'Unconfined' } } }),
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'the host as a probe’s target',
      'baseline',
      { containers: [container({}, { livenessProbe: { httpGet: { host: '10.0.0.1' } } })] },
      'probe or lifecycle host (container "c" uses probe or lifecycle host "10.0.0.1")',
    ],
    [
      'a volume of the host, named by type',
      'restricted',
      spec(good, { volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
      'restricted volume types (volume "v" uses restricted volume type "hostPath")',
    ],
    [
      'root by number',
      'restricted',
      spec({ ...good, runAsUser: 0 }),
      'runAsUser=0 (container "c" must not set runAsUser=0)',
    ],
    [
      'root by pod and container',
      'restricted',
      spec({ ...good, runAsNonRoot: false }, { securityContext: { runAsNonRoot: false } }),
      'runAsNonRoot != true (pod and container "c" must not set securityContext.runAsNonRoot=false)',
    ],
    [
      'a capability too many, and not all dropped',
      'restricted',
      spec({ ...good, capabilities: { add: ['NET_RAW'] } }),
      'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]; ' +
        'container "c" must not include "NET_RAW" in securityContext.capabilities.add)',
    ],
  ]
  for (const [name, level, pod, details] of cases) {
    it(`finds ${name} at level ${level}`, () => {
      assert.equal(evaluate(level, { spec: pod, minor: 36 }), details)
    })
  }

  it('holds pods to the rules of the version that is named', () => {
    const sysctls = [{ name: 'net.ipv4.tcp_rmem', value: '1' }]
    const pod = spec({}, { securityContext: { sysctls } })
    assert.equal(evaluate('baseline', { spec: pod, minor: 32 }), '')
    assert.notEqual(evaluate('baseline', { spec: pod, minor: 31 }), '')
    const windows = spec({ runAsNonRoot: true }, { os: { name: 'windows' } })
    assert.equal(evaluate('restricted', { spec: windows }), '')
    assert.notEqual(evaluate('restricted', { spec: windows, minor: 24 }), '')
    const annotations = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }
    const old = evaluate('baseline', { spec: spec({}), minor: 18, annotations })
    assert.match(old, /^seccompProfile \(forbidden annotation seccomp/)
    const own = spec({ ...good, runAsUser: 0, runAsNonRoot: false }, { hostUsers: false })
    assert.equal(evaluate('restricted', { spec: own, minor: 36 }), '')
    // The server calls itself 1.32: that is the latest for who names none.
    assert.notEqual(evaluate('restricted', { spec: own }), '')
    const livenessProbe = { httpGet: { host: '10.0.0.1' } }
    const probing = { containers: [container({}, { livenessProbe })] }
    assert.equal(evaluate('baseline', { spec: probing }), '')
    assert.notEqual(evaluate('baseline', { spec: probing, minor: 34 }), '')
  })

  it('reads labels, fails closed where it enforces and open elsewhere', () => {
    const label = (name: string) => `pod-security.kubernetes.io/${name}`
    const { policy, errors } = policyOf({
      [label('enforce')]: 'strict',
      [label('audit')]: 'x',
      [label('warn-version')]: 'v2',
    })
    assert.equal(policyText(policy.enforce), 'restricted:latest')
    assert.equal(policyText(policy.audit), 'privileged:latest')
    assert.deepEqual(errors.map((error) => error.field).length, 3)
    const followed = policyOf({
      [label('enforce')]: 'baseline',
      [label('enforce-version')]: 'v1.30',
    })
    assert.equal(policyText(followed.policy.warn), 'baseline:v1.30')
  })

  it('counts pods that a stricter namespace would not take', () => {
    const pod = (name: string, of: object) => ({ metadata: { name }, spec: of }) as never
    const pods = [pod('b', spec({ privileged: true })), pod('a', spec({ privileged: true }))]
    const all = [...pods, pod('c', spec({}))]
    assert.deepEqual(namespaceWarnings('ns', { level: 'baseline', minor: undefined }, all), [
      'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 1 other pod): privileged',
    ])
  })
})
