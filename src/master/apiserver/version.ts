import { KUBERNETES_VERSION } from '../../api/index.ts'
import type { Route } from './handler.ts'
import { PRETTY_JSON, reply } from './respond.ts'
import { checkProduced, CONTENT_TYPE } from './negotiation.ts'
import { statusErrors } from './status.ts'

const [major = '', minor = ''] = KUBERNETES_VERSION.slice(1).split('.')

/** The release of Kubernetes whose API this is: clients choose their ways by it. */
export const VERSION = {
  major,
  minor,
  gitVersion: `${KUBERNETES_VERSION}+navarch`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2024-12-11T00:00:00Z',
  goVersion: 'none',
  compiler: 'node',
  platform: 'linux/amd64',
} as const

/** `/version` */
export const versionRoute: Route = ({ info, request }) => {
  if (info.path !== '/version' && info.path !== '/version/') return Promise.resolve(undefined)
  if (info.method !== 'GET') throw statusErrors.methodNotAllowed()
  checkProduced(request.headers['accept'], [CONTENT_TYPE.json])
  return Promise.resolve(reply(PRETTY_JSON, 200, { value: VERSION }))
}
