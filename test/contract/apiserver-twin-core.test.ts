import assert from 'node:assert/strict'
import { allResources, apiVersionOf, type Resource } from '../../src/api/index.ts'
import { type Mutation, mutations } from '../support/apiserver/mutations.ts'
import { ApiTwin, compareAll, type TwinDifference } from '../support/apiserver/twin.ts'
import { MINIMAL } from '../support/minimal.ts'
import { findProgram } from '../support/peers.ts'
import { KNOWN_IN_CORE } from './apiserver-twin-known.ts'

const GROUPS = ['', 'apps', 'batch', 'autoscaling', 'policy']
/** `ONLY=pods,services` compares those alone. */
const only = process.env.ONLY?.split(',')

/**
 * Objects of the groups that every cluster lives on, each field of theirs changed in turn, are made
 * and changed (in dry runs) on our API server and on the one `KUBE_APISERVER` names.
 */
describe('a real kube-apiserver beside ours, field by field', function () {
  this.timeout(1_800_000)
  if (!ApiTwin.isThere || !findProgram('etcd')) return
  let twin: ApiTwin
  before(async () => {
    twin = await ApiTwin.start()
    await twin.makeNamespace('t')
  })
  after(() => twin?.stop())

  for (const resource of allResources) {
    if (resource.virtual || !GROUPS.includes(resource.group)) continue
    if (only && !only.includes(resource.plural)) continue
    const { plural, namespaced } = resource
    const version = apiVersionOf(resource)
    const root = resource.group === '' ? '/api/v1' : `/apis/${version}`
    const path = `${root}${namespaced ? '/namespaces/t' : ''}/${plural}`
    it(`${version} ${plural}`, async () => {
      const base = baseOf(resource)
      const changed = mutations(resource.struct, base, {
        // Of pods and metadata in one place only: their checks are the same everywhere.
        skip: [
          ...(plural === 'pods' ? [] : ['PodSpec']),
          ...(plural === 'configmaps' ? [] : ['ObjectMeta']),
        ],
      })
      const send = async (mode: string, call: string, list: readonly Mutation[]) => {
        const space = call.indexOf(' ')
        const found = await compareAll(
          twin,
          list.map(({ name, object }) => ({
            name: `${plural} ${mode} ${name}`,
            request: { method: call.slice(0, space), path: call.slice(space + 1), body: object },
          })),
        )
        return found.filter(isUnknown)
      }
      const found = await send('create', `POST ${path}?dryRun=All`, changed)
      // Versions of one kind share their objects: another may have made it.
      await twin.both({ method: 'POST', path, body: base })
      found.push(...(await send('update', `PUT ${path}/a?dryRun=All`, changed)))
      if (resource.hasStatus) {
        const ofStatus = changed.filter(({ name }) => name.startsWith('status'))
        found.push(...(await send('status', `PUT ${path}/a/status?dryRun=All`, ofStatus)))
      }
      assert.deepEqual(
        found.map(({ name, at, want, got }) => ({ name, at, want, got })),
        [],
      )
    })
  }
})

function baseOf({ group, plural, kind, version }: Resource): object {
  const base: Record<string, unknown> = { ...MINIMAL[`${group}/${plural}`] }
  if (plural === 'events') base['involvedObject'] = { namespace: 't' }
  // The token's volume has another name on each server.
  if (plural === 'pods') {
    base['spec'] = { ...(base['spec'] as object), automountServiceAccountToken: false }
  }
  const apiVersion = group === '' ? version : `${group}/${version}`
  return { apiVersion, kind, ...base, metadata: { name: 'a' } }
}

function isUnknown({ name, answers }: TwinDifference): boolean {
  const { ours, theirs } = answers
  const isNewer = (warning = '') => warning.includes('unknown field')
  // It does not know yet what we serve.
  if (isNewer(theirs.headers['warning']) && !isNewer(ours.headers['warning'])) return false
  return !KNOWN_IN_CORE.some(({ cases }) => cases.test(name))
}
