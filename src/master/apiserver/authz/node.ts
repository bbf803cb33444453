import type { KubeObject } from '../../../api/index.ts'
import type { Lookup } from '../admission/index.ts'
import { nodeOf, NODES } from '../user.ts'
import type { Attributes, ResourceAttributes } from './attributes.ts'
import { ALLOW, type Authorizer, type Decision, NO_OPINION } from './authorizer.ts'
import { systemRoles } from './defaults/system-roles.ts'
import { rule } from './defaults/words.ts'
import type { NodeGraph } from './node-graph.ts'
import { ruleAllows } from './rules.ts'

/** What every node may do; on what of it, the rest of this file says. */
const RULES = [
  ...(systemRoles.find(({ name }) => name === 'system:node')?.rules ?? []),
  // Our agents are proxy and DNS as well; the admission plugin sees to what they write.
  rule('list watch', 'discovery.k8s.io', 'endpointslices'),
  rule('patch', 'core', 'services'),
]

type Judge = (node: string, asked: ResourceAttributes) => Decision

/**
 * Judges nodes (`system:node:NAME` of the group `system:nodes`): each may read what its own pods
 * need, and write itself, its pods and its lease (upstream's node authorizer).
 */
export function nodeAuthorizer(parts: { graph: NodeGraph; lookup: Lookup }): Authorizer {
  const judges = judgesOf(parts)
  return {
    authorize(asked) {
      const { user } = asked
      if (!user.groups.includes(NODES)) return NO_OPINION
      const node = nodeOf(user)
      if (node === undefined) {
        return no(`unknown node for user ${JSON.stringify(user.name)}`)
      }
      if (asked.kind === 'resource') {
        const judge = judges[`${asked.group}/${asked.resource}`]
        if (judge) return judge(node, asked)
      }
      return byRules(asked)
    },
  }
}

const no = (reason: string): Decision => ({ kind: 'none', reason })
const byRules = (asked: Attributes): Decision =>
  RULES.some((each) => ruleAllows(each, asked)) ? ALLOW : NO_OPINION

const UNRELATED = (node: string) =>
  no(`no relationship found between node '${node}' and this object`)

function judgesOf({
  graph,
  lookup,
}: {
  graph: NodeGraph
  lookup: Lookup
}): Readonly<Record<string, Judge>> {
  const related = (has: boolean, node: string) => (has ? ALLOW : UNRELATED(node))
  const readNamespaced =
    (kind: 'secrets' | 'configmaps'): Judge =>
    (node, asked) => {
      if (!['get', 'list', 'watch'].includes(asked.verb)) {
        return no('can only read resources of this type')
      }
      if (asked.subresource !== '') return no('cannot read subresource')
      if (asked.namespace === '') return no('can only read namespaced object of this type')
      if (asked.name === '') return no('No Object name found')
      return related(graph.needs(node, kind, asked), node)
    }
  const onlyGet = (asked: ResourceAttributes): Decision | undefined => {
    if (asked.verb !== 'get') return no('can only get individual resources of this type')
    if (asked.subresource !== '') return no('cannot get subresource')
    return asked.name === '' ? no('No Object name found') : undefined
  }
  return {
    '/secrets': readNamespaced('secrets'),
    '/configmaps': readNamespaced('configmaps'),
    '/persistentvolumeclaims'(node, asked) {
      const ofStatus = asked.subresource === 'status'
      if (ofStatus && !['update', 'patch', 'get'].includes(asked.verb)) {
        return no('can only get/update/patch this type')
      }
      const wrong = ofStatus ? undefined : onlyGet(asked)
      return wrong ?? related(graph.needs(node, 'persistentvolumeclaims', asked), node)
    },
    '/persistentvolumes': (node, asked) =>
      onlyGet(asked) ?? related(graph.needsVolume(node, asked.name), node),
    'resource.k8s.io/resourceclaims': (node, asked) =>
      onlyGet(asked) ?? related(graph.needs(node, 'resourceclaims', asked), node),
    'storage.k8s.io/volumeattachments'(node, asked) {
      const wrong = onlyGet(asked)
      if (wrong) return wrong
      const of = { group: 'storage.k8s.io', plural: 'volumeattachments' }
      const found = lookup.cached<OfNode>(of, { name: asked.name })
      return related(found?.spec?.nodeName === node, node)
    },
    '/serviceaccounts'(node, asked) {
      if (asked.verb !== 'create' || asked.subresource !== 'token') {
        return no('can only create tokens for individual service accounts')
      }
      if (asked.name === '') return no('No Object name found')
      return related(graph.needs(node, 'serviceaccounts', asked), node)
    },
    'coordination.k8s.io/leases': ownLease,
    'storage.k8s.io/csinodes': ownCsiNode,
    'resource.k8s.io/resourceslices'(node, asked) {
      const { verb, subresource, name } = asked
      if (subresource !== '') return no('cannot authorize ResourceSlice subresources')
      // What it makes is the admission plugin's business.
      if (verb === 'create') return ALLOW
      if (['get', 'update', 'patch', 'delete'].includes(verb)) {
        const of = { group: 'resource.k8s.io', plural: 'resourceslices' }
        const found = lookup.cached<OfNode>(of, { name })
        return related(found?.spec?.nodeName === node, node)
      }
      return ownSlices(node, asked)
    },
    '/nodes': ownNode,
    '/pods': (node, asked) => ownPods(graph, node, asked),
  }
}

/** A VolumeAttachment, a ResourceSlice. */
interface OfNode extends KubeObject {
  spec?: { nodeName?: string }
}

const OWN_VERBS = ['get', 'create', 'update', 'patch', 'delete']

const ownLease: Judge = (node, asked) => {
  if (!OWN_VERBS.includes(asked.verb)) {
    return no('can only get, create, update, patch, or delete a node lease')
  }
  if (asked.namespace !== 'kube-node-lease') {
    return no('can only access leases in the "kube-node-lease" system namespace')
  }
  if (asked.verb === 'create' || asked.name === node) return ALLOW
  return no('can only access node lease with the same name as the requesting node')
}

const ownCsiNode: Judge = (node, asked) => {
  if (!OWN_VERBS.includes(asked.verb)) {
    return no('can only get, create, update, patch, or delete a CSINode')
  }
  if (asked.subresource !== '') return no('cannot authorize CSINode subresources')
  if (asked.verb === 'create' || asked.name === node) return ALLOW
  return no('can only access CSINode with the same name as the requesting node')
}

const ownSlices: Judge = (node, asked) => {
  if (selects(asked, 'spec.nodeName', node)) return ALLOW
  return no('can only list/watch/deletecollection resourceslices with spec.nodeName field selector')
}

const ownNode: Judge = (node, asked) => {
  const { verb, subresource, name } = asked
  const isWrite = verb === 'update' || verb === 'patch'
  if (subresource === 'status') return isWrite ? ALLOW : byRules(asked)
  if (subresource !== '') return byRules(asked)
  // What it may write of itself is the admission plugin's business.
  if (verb === 'create' || isWrite) return ALLOW
  if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return byRules(asked)
  if (name === node) return ALLOW
  return no(
    name === ''
      ? `node '${node}' cannot read all nodes, only its own Node object`
      : `node '${node}' cannot read '${name}', only its own Node object`,
  )
}

function ownPods(graph: NodeGraph, node: string, asked: ResourceAttributes): Decision {
  const { verb, subresource, name } = asked
  if (subresource !== '') return byRules(asked)
  switch (verb) {
    case 'get':
      return graph.hasPod(node, asked) ? ALLOW : UNRELATED(node)
    case 'list':
    case 'watch':
      if (selects(asked, 'spec.nodeName', node)) return ALLOW
      if (name !== '' && graph.hasPod(node, asked)) return ALLOW
      return no('can only list/watch pods with spec.nodeName field selector')
    default:
      return byRules(asked)
  }
}

function selects(asked: ResourceAttributes, field: string, value: string): boolean {
  return (
    asked.fields?.some((f) => f.field === field && f.operator === '=' && f.value === value) ?? false
  )
}
