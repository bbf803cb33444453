import { h2loadGet } from '../support/h2load.ts'
import { load } from '../support/stats.ts'
import { note } from './figures.ts'
import { type ApiUnderTest, NAMESPACE } from './under-test.ts'

const IN_FLIGHT = [64, 1]
const GETS = 10_000
const GETS_ALONE = 1_000
const POSTS_MS = 5_000

/** GET of one ConfigMap, by h2load. */
export async function reads(api: ApiUnderTest): Promise<void> {
  const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`
  const body = { metadata: { name: 'read' }, data: { key: 'x'.repeat(1000) } }
  await api.ask({ method: 'POST', url: path, body })
  const headers = { authorization: `Bearer ${await api.token()}` }
  for (const inFlight of IN_FLIGHT) {
    const requests = inFlight === 1 ? GETS_ALONE : GETS
    const target = { url: `${api.access.server}${path}/read`, headers, inFlight }
    await h2loadGet({ ...target, requests: requests / 5 })
    const { perSecond } = await h2loadGet({ ...target, requests })
    note({
      name: api.title(`GET ConfigMap, ${inFlight} in flight`),
      value: perSecond,
      unit: '/s',
      recorded: inFlight === 1 ? {} : { low: 3600, target: '≥ 3×' },
    })
  }
}

const POD = { containers: [{ name: 'main', image: 'navarch/web:1' }] }

/** POST of ConfigMaps and of pods, each new. */
export async function writes(api: ApiUnderTest): Promise<void> {
  const kinds = [
    { plural: 'configmaps', rest: { data: { key: 'x'.repeat(200) } } },
    { plural: 'pods', rest: { spec: POD } },
  ]
  for (const { plural, rest } of kinds) {
    for (const inFlight of IN_FLIGHT) {
      const url = `/api/v1/namespaces/${NAMESPACE}/${plural}`
      const post = (serial: number) => {
        const metadata = { name: `w${inFlight}-${serial}` }
        return api.ask({ method: 'POST', url, body: { metadata, ...rest } })
      }
      const { perSecond } = await load({ inFlight, totalMs: POSTS_MS }, post)
      const alone = { low: 265, target: '≥ 1.5×' }
      note({
        name: api.title(`POST ${plural}, ${inFlight} in flight`),
        value: perSecond,
        unit: '/s',
        recorded: api.masters > 1 ? {} : inFlight === 1 ? alone : { low: 919, target: '≥ 2×' },
      })
    }
  }
}
