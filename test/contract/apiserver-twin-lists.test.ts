import { compareWithUpstream, type TwinStep } from './api-twin.ts'

const MAPS = '/api/v1/namespaces/${ns}/configmaps'
const make = (name: string, labels: object = {}): TwinStep => ({
  method: 'POST',
  path: MAPS,
  body: { metadata: { name, labels }, data: { name } },
  capture: { [`rv-${name}`]: 'body.metadata.resourceVersion' },
})
const SOME = ['a', 'b', 'c', 'd', 'e'].map((name, i) => make(name, { n: `${i}`, odd: `${i % 2}` }))
const list = (query: string, more: Partial<TwinStep> = {}): TwinStep => ({
  path: `${MAPS}?${query}`,
  ...more,
})
const each = (queries: readonly string[], more: Partial<TwinStep> = {}) =>
  queries.map((query) => list(query, more))
const encode = (name: string, values: readonly string[]) =>
  values.map((value) => `${name}=${encodeURIComponent(value)}`)

const VERSIONS = ['', '0', '1', '${rv-c}', '99999999', 'x', '-1', '1.5', '18446744073709551616']
const MATCHES = ['', 'Exact', 'NotOlderThan', 'exact', 'x']
const LIMITS = ['', '0', '1', '-1', 'x', '500']
const matrix: string[] = VERSIONS.flatMap((version) =>
  MATCHES.flatMap((match) =>
    LIMITS.map(
      (limit) => `resourceVersion=${version}&resourceVersionMatch=${match}&limit=${limit}`,
    ),
  ),
).filter((query) => !query.includes('99999999') || !/limit=(-1|500|0)/.test(query))

const LABELS = [
  'odd=1',
  'odd==1',
  'odd!=1',
  'odd in (0,1)',
  'odd notin (0)',
  'odd',
  '!odd',
  'odd=1,n=3',
  'n>2',
  'n<2',
  'n>x',
  'odd=',
  'odd in ()',
  'odd in (',
  'odd in 1',
  ',',
  'odd=1,',
  ',odd=1',
  '=1',
  'odd 1',
  'odd=1=2',
  'a b',
  '!',
  '!odd=1',
  'UPPER=1',
  '-x=1',
  'x/y/z=1',
  'x.io/y=1',
  'X.io/y=1',
  `${'a'.repeat(64)}=1`,
  `odd=${'a'.repeat(64)}`,
  'odd=-x',
  'odd in (a,,b)',
  'odd in (a b)',
  'n>1.5',
  'n>-1',
  'n>1,n<3',
  'n>(1)',
  'exists in (a), b notin (c),!d',
  ' odd = 1 ',
  'odd\n=1',
  'x!=',
  'n in (1)x',
  '(odd=1)',
  'in=1',
  'notin in (1)',
  'in in (in)',
  'odd ==  0',
  'odd=== 0',
  '>1',
]
const FIELDS = [
  'metadata.name=a',
  'metadata.name==a',
  'metadata.name!=a',
  'metadata.name=a,metadata.namespace=${ns}',
  'metadata.name=a,metadata.name=b',
  'metadata.name=',
  'metadata.namespace=other',
  'data=1',
  'metadata.labels=1',
  'metadata.name',
  'metadata.name>a',
  'metadata.name in (a)',
  ',',
  'metadata.name=a,',
  'metadata.name=a\\',
  'metadata.name=a\\,b',
  'metadata.name=a\\=b',
  'metadata.name=a=b',
  '=a',
  'metadata.uid=x',
  'metadata.name=a/b',
  'metadata.name= a ',
  'x!=y',
]

const PAGES: TwinStep[] = [
  list('limit=2', { capture: { next: 'body.metadata.continue' } }),
  list('limit=2&continue=${next}', { capture: { more: 'body.metadata.continue' } }),
  list('limit=2&continue=${more}'),
  list('continue=${next}'),
  list('limit=1&continue=${next}&labelSelector=odd%3D1'),
  list('limit=1&labelSelector=odd%3D1', { capture: { odd: 'body.metadata.continue' } }),
  list('limit=1&labelSelector=odd%3D1&continue=${odd}'),
  list('limit=2&continue=${next}&resourceVersion=5'),
  list('limit=2&continue=${next}&resourceVersion=0'),
  list('limit=2&continue=${next}&resourceVersionMatch=Exact'),
  list('limit=2&continue=${next}&resourceVersion=5&resourceVersionMatch=Exact'),
  list('limit=2&continue=${next}&resourceVersionMatch=x'),
  ...each(
    [
      'x',
      '!!!',
      'e30',
      'e30=',
      'bnVsbA',
      'W10',
      Buffer.from('{"v":"x","rv":1,"start":"a"}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":""}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"../x"}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"/x"}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":"1","start":"a"}').toString('base64url'),
      Buffer.from('{"v":1,"rv":1,"start":"a"}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":-2,"start":"b\u0000"}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1"').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":99999999,"start":"b"}').toString('base64url'),
      'abc%20d',
      'YWJj',
    ].map((token) => `limit=2&continue=${token}`),
  ),
]

const GETS = VERSIONS.filter((v) => v !== '99999999').flatMap((version): TwinStep[] => [
  { path: `${MAPS}/a?resourceVersion=${version}` },
  { path: `${MAPS}/none?resourceVersion=${version}` },
])

const OTHERS = [
  'sendInitialEvents=true',
  'sendInitialEvents=false',
  'sendInitialEvents=x',
  'sendInitialEvents=',
  'timeoutSeconds=1',
  'timeoutSeconds=x',
  'timeoutSeconds=-1',
  'allowWatchBookmarks=true',
  'allowWatchBookmarks=x',
  'watch=false',
  'watch=0',
  'watch=FALSE',
  'unknown=1',
  'limit=1&limit=2',
  'limit=9223372036854775808',
  'limit=1.0',
  'labelSelector=odd%3D1&labelSelector=odd%3D0',
  'fieldSelector=metadata.name%3Da&labelSelector=odd%3D1',
  'pretty=true',
  'pretty=1',
  'pretty=false',
  'pretty=x',
  'pretty',
  'limit=%zz',
  'a=%',
  '&&&',
  'labelSelector=odd%3D1;limit=1',
]

compareWithUpstream('lists', {
  versions: [...SOME, ...each(matrix)],
  'label selectors': [...SOME, ...each(encode('labelSelector', LABELS))],
  'field selectors': [
    ...SOME,
    ...FIELDS.map((selector) =>
      list(`fieldSelector=${encodeURIComponent(selector).replace(/%24%7Bns%7D/g, '${ns}')}`),
    ),
    { path: '/api/v1/namespaces/${ns}/pods?fieldSelector=spec.nodeName%3Dx' },
    { path: '/api/v1/namespaces/${ns}/pods?fieldSelector=spec.unknown%3Dx' },
    { path: '/api/v1/namespaces/${ns}/pods?fieldSelector=status.phase!%3DRunning' },
    { path: '/api/v1/namespaces/${ns}/secrets?fieldSelector=type%3DOpaque' },
    { path: '/api/v1/namespaces/${ns}/events?fieldSelector=involvedObject.kind%3DPod' },
    { path: '/api/v1/namespaces/${ns}/events?fieldSelector=involvedObject.x%3DPod' },
    { path: '/api/v1/namespaces?fieldSelector=status.phase%3DNo' },
    { path: '/api/v1/namespaces?fieldSelector=name%3Ddefault' },
    { path: '/api/v1/nodes?fieldSelector=spec.unschedulable%3Dtrue' },
    { path: '/api/v1/nodes?fieldSelector=metadata.namespace%3Dx' },
    { path: '/apis/batch/v1/namespaces/${ns}/jobs?fieldSelector=status.successful%3D1' },
    { path: '/apis/apps/v1/namespaces/${ns}/replicasets?fieldSelector=status.replicas%3D1' },
    { path: '/apis/apps/v1/namespaces/${ns}/deployments?fieldSelector=status.replicas%3D1' },
    {
      path: '/apis/certificates.k8s.io/v1/certificatesigningrequests?fieldSelector=spec.signerName%3D1',
    },
  ],
  pages: [...SOME, ...PAGES],
  gets: [...SOME, ...GETS],
  'other parameters': [...SOME, ...each(OTHERS)],
})
