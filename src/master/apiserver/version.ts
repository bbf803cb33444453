import { KUBERNETES_VERSION } from '../../api/index.ts'
import type { Route } from './handler.ts'
import { PLAIN_JSON, reply } from './respond.ts'
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
export const versionRoute: Route = ({ info }) => {
  if (info.path !== '/version' && info.path !== '/version/') return Promise.resolve(undefined)
  if (info.method !== 'GET' && info.method !== 'HEAD') throw statusErrors.methodNotAllowed()
  return Promise.resolve(reply(PLAIN_JSON, 200, { value: VERSION }))
}
