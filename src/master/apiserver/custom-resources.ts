import type { Route } from './handler.ts'
import { PLAIN_JSON, reply } from './respond.ts'
import { statusErrors } from './status.ts'

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/**
 * The list of CustomResourceDefinitions, of which there are none: kubectl asks for it when it meets
 * a kind that discovery does not name, and then says that no such kind exists.
 */
export const customResourcesRoute: Route = ({ info }) => {
  if (info.path !== PATH) return Promise.resolve(undefined)
  if (info.method !== 'GET' && info.method !== 'HEAD') throw statusErrors.methodNotAllowed()
  const value = {
    kind: 'CustomResourceDefinitionList',
    apiVersion: 'apiextensions.k8s.io/v1',
    metadata: { resourceVersion: '1' },
    items: [],
  }
  return Promise.resolve(reply(PLAIN_JSON, 200, { value }))
}
