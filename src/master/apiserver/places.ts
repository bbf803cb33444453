import type { Resource } from '../../api/index.ts'
import type { ResourceRequest } from './request-info.ts'
import { statusErrors } from './status.ts'

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}
const PROXIED = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * Throws 404 for a path that a resource does not have, and 405 for a method that a path does not
 * know: as kube-apiserver's router, which knows paths before methods, and no HEAD of GET.
 */
export function checkPlace(resource: Resource, method: string, at: ResourceRequest): void {
  const methods = resource.custom ? customMethods(resource, method, at) : methodsAt(resource, at)
  if (methods.length === 0) throw statusErrors.unknownResource()
  if (!methods.includes(method)) throw statusErrors.methodNotAllowed()
}

/** None: there is no such path. */
function methodsAt(resource: Resource, at: ResourceRequest): readonly string[] {
  const { namespaced } = resource
  const inNamespace = at.scoped || at.namespace !== ''
  const ownNamespace = at.plural === 'namespaces'
  if (!namespaced && inNamespace && !ownNamespace) return []
  if (at.old) return isWatchedOf(resource, at) ? ['GET'] : []
  if (namespaced && !inNamespace) {
    const listed = at.name === '' && resource.verbs.includes('list')
    return listed ? ['GET'] : []
  }
  if (at.name === '') return collectionMethods(resource)
  if (at.subresource === '') return methodsOf(resource.verbs, OBJECT_VERBS)
  const info = resource.subresources[at.subresource]
  if (!info) return []
  if (at.subresource === 'proxy') return PROXIED
  return at.rest === '' ? methodsOf(info.verbs, OBJECT_VERBS.concat('create')) : []
}

function isWatchedOf({ namespaced, verbs }: Resource, at: ResourceRequest): boolean {
  if (!verbs.includes('watch') || at.subresource !== '') return false
  return !namespaced || at.name === '' || at.scoped
}

const OBJECT_VERBS = ['get', 'update', 'patch', 'delete']

function collectionMethods({ verbs }: Resource): string[] {
  return [
    ...(verbs.includes('list') ? ['GET'] : []),
    ...(verbs.includes('create') ? ['POST'] : []),
    ...(verbs.includes('deletecollection') ? ['DELETE'] : []),
  ]
}

function methodsOf(verbs: readonly string[], among: readonly string[]): string[] {
  return Object.keys(VERBS).filter((method) => {
    const verb = VERBS[method] ?? ''
    return among.includes(verb) && verbs.includes(verb)
  })
}

/** Custom resources are not routed but looked up: what is a GET is one with HEAD, too. */
function customMethods(resource: Resource, method: string, at: ResourceRequest): readonly string[] {
  const found = methodsAt(resource, at)
  return method === 'HEAD' && found.includes('GET') ? [...found, 'HEAD'] : found
}
