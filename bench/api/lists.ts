import { median } from '../support/stats.ts'
import { note } from './figures.ts'
import { type ApiUnderTest } from './under-test.ts'

const OBJECTS = 11_700
/** Makes about 12.4 MB of JSON of them. */
const VALUE_BYTES = 690
const TURNS = 5
const AT_ONCE = 64
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const URL = '/api/v1/namespaces/full/configmaps'

const FORMATS = [
  { name: 'JSON', accept: 'application/json', low: 0.57, high: 0.72, target: '≤ 0.2×' },
  {
    name: 'protobuf',
    accept: 'application/vnd.kubernetes.protobuf',
    low: 0.07,
    high: 0.23,
    target: '≤ 0.7×',
  },
  // Of their JSON.
  { name: 'Table', accept: TABLE, low: 0.57, high: 0.72, target: '≤ 0.5×' },
] as const

/** A list of many ConfigMaps, whole, until the last byte of it is here. */
export async function lists(api: ApiUnderTest): Promise<void> {
  await fill(api)
  for (const { name, accept, ...recorded } of FORMATS) {
    const tookS: number[] = []
    let bytes = 0
    for (let turn = 0; turn < TURNS; turn++) {
      const startMs = performance.now()
      bytes = (await api.ask({ method: 'GET', url: URL, headers: { accept } })).length
      tookS.push((performance.now() - startMs) / 1000)
    }
    const title = api.title(`LIST as ${name} (${(bytes / 1e6).toFixed(1)} MB)`)
    note({ name: title, value: median(tookS), unit: 's', recorded })
    if (name !== 'protobuf') continue
    const [first = Number.NaN] = tookS
    note({ name: api.title('LIST as protobuf, the first'), value: first, unit: 's', recorded })
  }
}

async function fill(api: ApiUnderTest): Promise<void> {
  const namespace = { metadata: { name: 'full' } }
  await api.ask({ method: 'POST', url: '/api/v1/namespaces', body: namespace })
  const data = { key: 'x'.repeat(VALUE_BYTES) }
  let next = 0
  const some = async () => {
    for (let i = next++; i < OBJECTS; i = next++) {
      await api.ask({ method: 'POST', url: URL, body: { metadata: { name: `c-${i}` }, data } })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, some))
}
