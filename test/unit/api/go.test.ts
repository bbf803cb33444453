import assert from 'node:assert/strict'
import {
  Container,
  goDifference,
  goFieldOf,
  goJson,
  goStruct,
  goSyntax,
  PodSpec,
  Service,
} from '../../../src/api/index.ts'

const container = (changes: object) => ({ name: 'c', image: 'i', ...changes })
const difference = (before: object, after: object) =>
  goDifference(goStruct(Container, container(before)), goStruct(Container, container(after)))

describe('values as Go prints them', () => {
  it('are fit for HTML as JSON', () => {
    assert.equal(
      goJson({ b: '<&>\u2028', a: 1 }),
      String.raw`{"b":"\u003c\u0026\u003e\u2028","a":1}`,
    )
  })

  it('shows types, nil and what is pointed to', () => {
    const port = { port: 80, protocol: 'TCP', targetPort: 'http' }
    assert.equal(
      goSyntax(goFieldOf(specOf(Service), 'ports', [port])),
      '[]core.ServicePort{core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), ' +
        'Port:80, TargetPort:intstr.IntOrString{Type:1, IntVal:0, StrVal:"http"}, NodePort:0}}',
    )
    assert.match(
      goSyntax(goFieldOf(specOf(Service), 'sessionAffinityConfig', { clientIP: {} })),
      /^core.SessionAffinityConfig\{ClientIP:\(\*core.ClientIPConfig\)\(0xc\w+\)\}$/,
    )
  })

  it("tells the host's namespaces as part of a pod's security context", () => {
    const specs = [false, true].map((hostNetwork) => goStruct(PodSpec, { hostNetwork }))
    const [before, after] = specs
    assert.ok(before && after)
    assert.match(
      goDifference(before, after),
      /SecurityContext: &core.PodSecurityContext\{\n- \t\tHostNetwork: +false,\n\+ \t\tHostNetwork: +true,/,
    )
  })
})

describe('differences as go-cmp reports them', () => {
  it('are empty for equal values', () => {
    assert.equal(difference({}, {}), '')
  })

  it('elide equal fields, and show equal elements around a new one', () => {
    const env = (...names: string[]) => ({ env: names.map((name) => ({ name })) })
    assert.equal(
      difference(env('a', 'b', 'c', 'd', 'e', 'f'), env('a', 'b', 'c', 'd', 'x', 'e', 'f')),
      `  core.Container{
  \t... // 5 identical fields
  \tPorts:   nil,
  \tEnvFrom: nil,
  \tEnv: []core.EnvVar{
  \t\t... // 2 identical elements
  \t\t{Name: "c"},
  \t\t{Name: "d"},
+ \t\t{Name: "x"},
  \t\t{Name: "e"},
  \t\t{Name: "f"},
  \t},
  \tResources:    {},
  \tResizePolicy: nil,
  \t... // 14 identical fields
  }
`,
    )
  })

  it('tell amounts with their parts', () => {
    const limits = (cpu: string) => ({ resources: { limits: { cpu, memory: '1Gi' } } })
    assert.match(
      difference(limits('1'), limits('2')),
      /- \t\t\ts"cpu": {4}\{i: resource.int64Amount\{value: 1\}, s: "1", Format: "DecimalSI"\},\n\+ .*value: 2.*\n {2}\t\t\ts"memory": \{i: \{\.\.\.\}, s: "1Gi"/,
    )
  })

  it('cut long texts into pieces', () => {
    const long = 'registry.example.com/a/long/name/of/an/image'
    assert.equal(
      difference({ image: `${long}:1` }, { image: `${long}:2` }),
      `  core.Container{
  \tName: "c",
  \tImage: strings.Join({
  \t\t"${long}:",
- \t\t"1",
+ \t\t"2",
  \t}, ""),
  \tCommand: nil,
  \tArgs:    nil,
  \t... // 20 identical fields
  }
`,
    )
  })

  it('tell texts of some lines line by line', () => {
    const script = (last: string) => ({
      command: ['sh', '-c', `set -e\necho one\necho two\necho three\n${last}\n`],
    })
    const report = difference(script('exit 0'), script('exit 1'))
    assert.match(report, /\n- \t\t\texit 0\n\+ \t\t\texit 1\n/)
  })

  it('tell what became of nothing as a whole, without zeros', () => {
    const securityContext = { runAsUser: 1, capabilities: { add: ['A', 'B'] } }
    assert.match(
      difference({}, { securityContext }),
      /\n- \tSecurityContext: +nil,\n\+ \tSecurityContext: &core.SecurityContext\{\n\+ \t\tCapabilities: &core.Capabilities\{Add: \[\]core.Capability\{"A", "B"\}\},\n\+ \t\tRunAsUser: {4}&1,\n\+ \t\},/,
    )
  })
})

function specOf(struct: typeof Service) {
  const { type } = struct.fields['spec'] ?? {}
  assert.ok(type?.kind === 'struct')
  return type.struct()
}
