import type { HttpResponse } from '../../../base/index.ts'
import { Binding, type KubeObject, type Pod, withCondition } from '../../../api/index.ts'
import { decodeObject } from '../decode.ts'
import { callOf, type Exchange, readObjectBody } from '../exchange.ts'
import { writeOptions } from '../options.ts'
import { type Store, timestamp } from '../registry/store.ts'
import { updateObject, type UpdateRules } from '../registry/update.ts'
import { replyStatus } from '../respond.ts'
import { statusErrors, successStatus } from '../status.ts'
import { admitSubresource } from './admit.ts'
import type { Subresource } from './router.ts'

const BINDING = { group: '', version: 'v1', kind: 'Binding', struct: Binding }

/** `binding`: the scheduler's decision, written once. */
export const binding: Subresource = (store) => async (exchange) => {
  if (exchange.at.verb !== 'create') throw statusErrors.methodNotAllowed()
  return bind(store, exchange, exchange.at.name)
}

/** POST of a Binding. `name` empty: of the pod that the Binding names (`/bindings`, the old way). */
export async function bind(store: Store, exchange: Exchange, name: string): Promise<HttpResponse> {
  const options = writeOptions(exchange.query, 'CreateOptions')
  const { fieldValidation } = options
  const body = await readObjectBody(exchange.request)
  const decoded: Binding = decodeBinding(body, { ...exchange, fieldValidation })
  const pod = decoded.metadata.name ?? ''
  if (name !== '' && pod !== name) {
    throw statusErrors.badRequest('name in URL does not match name in Binding object')
  }
  checkTarget(decoded)
  const call = { ...callOf(exchange, true), options }
  const kind = { ...BINDING, object: decoded }
  await admitSubresource(store, call, { name: pod, subresource: 'binding', ...kind })
  await updateObject(store, call, {
    name: pod,
    rules: BIND_RULES,
    uid: decoded.metadata.uid,
    change: (old) => assign(store, old, decoded),
  })
  return replyStatus(exchange.accepted, successStatus(undefined, 201), 201)
}

const decodeBinding = (
  ...args: [Parameters<typeof decodeObject>[1], Parameters<typeof decodeObject>[2]]
) => decodeObject(BINDING, ...args) as Binding

const BIND_RULES: UpdateRules = {
  subresource: 'binding',
  prepare: () => {},
  validate: () => [],
  admitted: true,
}

function checkTarget({ target }: Binding): void {
  const { kind = '', name = '' } = target
  if (kind !== '' && kind !== 'Node') {
    const value = JSON.stringify(kind)
    throw statusErrors.plain(
      `target.kind: Unsupported value: ${value}: supported values: "Node", "<empty>"`,
    )
  }
  if (name === '') throw statusErrors.plain('target.name: Required value')
}

function assign(store: Store, object: KubeObject, decoded: Binding): KubeObject {
  const pod = object as Pod
  const { name = '' } = pod.metadata
  const refuse = (why: string) =>
    statusErrors.conflict({ group: '', plural: 'pods/binding' }, name, `pod ${name} ${why}`)
  if (pod.metadata.deletionTimestamp) {
    throw refuse('is being deleted, cannot be assigned to a host')
  }
  if (pod.spec.nodeName) throw refuse(`is already assigned to node "${pod.spec.nodeName}"`)
  if ((pod.spec.schedulingGates ?? []).length > 0) {
    throw refuse('has non-empty .spec.schedulingGates')
  }
  pod.spec.nodeName = decoded.target.name ?? ''
  if (decoded.metadata.annotations) {
    pod.metadata.annotations = { ...pod.metadata.annotations, ...decoded.metadata.annotations }
  }
  const condition = {
    type: 'PodScheduled',
    status: 'True',
    lastTransitionTime: timestamp(store.clock.nowMs()),
  }
  pod.status = { ...pod.status, conditions: withCondition(pod.status?.conditions, condition) }
  return pod
}
