import type { Service } from '../../../api/index.ts'
import { forbidden } from './forbidden.ts'
import type { MakePlugin } from './plugin.ts'

/** Nobody takes addresses of the outside for a Service (CVE-2020-8554); those there are may stay. */
export const denyExternalIps: MakePlugin = () => ({
  validate(attributes) {
    const { operation, object, old } = attributes
    if (operation !== 'CREATE' && operation !== 'UPDATE') return
    if (!attributes.isOf('', 'services') || !object) return
    const before = new Set((old as Service | undefined)?.spec?.externalIPs ?? [])
    const added = ((object as Service).spec?.externalIPs ?? []).filter((ip) => !before.has(ip))
    if (added.length === 0) return
    throw forbidden(attributes, 'Use of external IPs is denied by admission control.')
  },
})
