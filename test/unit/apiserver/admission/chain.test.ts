import assert from 'node:assert/strict'
import { silentLog } from '../../../../src/base/index.ts'
import { createMemoryKv } from '../../../../src/kv/index.ts'
import {
  admissionChain,
  type AdmissionChoice,
  AdmissionAttributes,
  lookupIn,
  type Plugins,
} from '../../../../src/master/apiserver/admission/index.ts'
import { systemClock, systemRandom } from '../../../../src/platform/index.ts'

const PODS = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true }

function attributesOf(warnings: string[] = []): AdmissionAttributes {
  const user = { name: 'jane', groups: [] }
  const call = { user, signal: new AbortController().signal, warnings }
  return new AdmissionAttributes(call, {
    operation: 'CREATE',
    resource: PODS,
    subresource: '',
    namespace: 'default',
    name: 'web',
    object: { metadata: { name: 'web' } },
    dryRun: false,
  })
}

async function chainOf(plugins: Plugins, choice: AdmissionChoice = {}) {
  const kv = createMemoryKv({ clock: systemClock })
  const lookup = lookupIn(() => undefined)
  const authorizer = { authorize: () => ({ kind: 'allow', reason: '' }) as const }
  const parts = { clock: systemClock, random: systemRandom(), log: silentLog, kv }
  const context = { ...parts, lookup, authorizer, mountTokens: false, config: {} }
  await kv.close()
  return admissionChain(context, plugins, choice)
}

describe('the chain of admission plugins', () => {
  const calls: string[] = []
  const note = (name: string) => () => ({
    admit: () => void calls.push(`admit ${name}`),
    validate: () => void calls.push(`validate ${name}`),
  })
  beforeEach(() => calls.splice(0))

  it('runs both phases in the order of Kubernetes, whatever the order they are named in', async () => {
    const plugins = {
      ResourceQuota: note('quota'),
      NamespaceLifecycle: note('lifecycle'),
      Priority: note('priority'),
    }
    const chain = await chainOf(plugins)
    await chain.admit(attributesOf())
    await chain.validate(attributesOf())
    const phases = ['admit', 'validate']
    const order = ['lifecycle', 'priority', 'quota']
    assert.deepEqual(
      calls,
      phases.flatMap((phase) => order.map((name) => `${phase} ${name}`)),
    )
  })

  it('turns plugins on and off by name, and knows no others', async () => {
    const plugins = { Priority: note('priority'), AlwaysPullImages: note('pull') }
    await (await chainOf(plugins)).admit(attributesOf())
    assert.deepEqual(calls.splice(0), ['admit priority'])
    const choice = { enabled: ['AlwaysPullImages'], disabled: ['Priority'] }
    await (await chainOf(plugins, choice)).admit(attributesOf())
    assert.deepEqual(calls, ['admit pull'])
    await assert.rejects(chainOf(plugins, { enabled: ['Nonsense'] }), /"Nonsense" is unknown/)
    const both = { enabled: ['Priority'], disabled: ['Priority'] }
    await assert.rejects(chainOf(plugins, both), /overlapped/)
  })

  it('runs the mutating phase once more when a plugin asks for it, never a third time', async () => {
    const seen: boolean[] = []
    const again = () => ({
      admit: ({ reinvocation }: AdmissionAttributes) => {
        seen.push(reinvocation.isSecond)
        reinvocation.request()
      },
    })
    const chain = await chainOf({ Priority: note('priority'), MutatingAdmissionWebhook: again })
    await chain.admit(attributesOf())
    assert.deepEqual(seen, [false, true])
    assert.deepEqual(calls, ['admit priority', 'admit priority'])
  })

  it('replaces content for all who hold the object, and passes warnings on', async () => {
    const warnings: string[] = []
    const attributes = attributesOf(warnings)
    const { object } = attributes
    const replace = () => ({
      admit: (of: AdmissionAttributes) => {
        of.replaceObject({ metadata: { name: 'web', labels: { a: 'b' } } })
        of.warn('careful')
      },
    })
    await (await chainOf({ Priority: replace })).admit(attributes)
    assert.deepEqual(object, { metadata: { name: 'web', labels: { a: 'b' } } })
    assert.deepEqual(warnings, ['careful'])
  })
})
