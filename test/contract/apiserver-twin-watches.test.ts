import { compareWithUpstream, type TwinStep } from './api-twin.ts'

const MAPS = '/api/v1/namespaces/${ns}/configmaps'
const make = (name: string, labels: object = {}): TwinStep => ({
  method: 'POST',
  path: MAPS,
  body: { metadata: { name, labels }, data: { name } },
  capture: { [`rv-${name}`]: 'body.metadata.resourceVersion' },
})
const merge = (name: string, body: object): TwinStep => ({
  method: 'PATCH',
  path: `${MAPS}/${name}`,
  headers: { 'content-type': 'application/merge-patch+json' },
  body,
  capture: { [`rv-${name}`]: 'body.metadata.resourceVersion' },
})
const SOME: TwinStep[] = [
  make('a', { x: '1' }),
  make('b'),
  merge('a', { data: { more: '1' } }),
  merge('b', { metadata: { labels: { x: '1' } } }),
  merge('a', { metadata: { labels: { x: '2' } } }),
  make('c', { x: '1' }),
  { method: 'DELETE', path: `${MAPS}/c` },
]
const watch = (query: string, headers: Record<string, string> = {}): TwinStep => ({
  path: `${MAPS}?watch=true&timeoutSeconds=1${query === '' ? '' : `&${query}`}`,
  headers,
  watch: true,
})
const all = (queries: readonly string[]) => queries.map((query) => watch(query))

const ACCEPTED = [
  'application/json',
  'application/json;stream=watch',
  'application/yaml',
  'application/yaml;stream=watch',
  'application/json;as=Table;g=meta.k8s.io;v=v1',
  'application/json;as=Table;g=meta.k8s.io;v=v1,application/json',
  'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1beta1',
  'application/json;as=Other;g=meta.k8s.io;v=v1',
  'application/cbor',
  'text/html',
  '*/*',
  'application/json;stream=other',
]

compareWithUpstream('watches', {
  versions: [
    ...SOME,
    ...all([
      '',
      'resourceVersion=',
      'resourceVersion=0',
      'resourceVersion=${rv-a}',
      'resourceVersion=${rv-c}',
      'resourceVersion=x',
      'resourceVersion=-1',
      'resourceVersion=${rv-a}&labelSelector=x%3D1',
      'resourceVersion=${rv-b}&labelSelector=x%3D1',
      'labelSelector=x%3D2',
      'fieldSelector=metadata.name%3Da',
      'resourceVersion=${rv-b}&fieldSelector=metadata.name%3Dc',
      'labelSelector=x%20in%20(',
      'fieldSelector=a%3Db',
      'limit=1',
      'continue=x',
      'resourceVersionMatch=Exact',
      'resourceVersionMatch=NotOlderThan',
      'resourceVersion=1&resourceVersionMatch=NotOlderThan',
      'resourceVersion=1&resourceVersionMatch=x',
      'resourceVersion=1&resourceVersionMatch=Exact&continue=x',
      'allowWatchBookmarks=true',
      'allowWatchBookmarks=true&resourceVersion=0',
      'allowWatchBookmarks=x&resourceVersion=${rv-a}',
      'pretty=true',
    ]),
    { path: `${MAPS}?watch=true&timeoutSeconds=x` },
    { path: `${MAPS}?watch=true&timeoutSeconds=` },
    { path: `${MAPS}/a?watch=true` },
    { path: `${MAPS}/none?watch=true` },
    { path: `${MAPS}?watch=1&timeoutSeconds=1`, watch: true },
    { path: `${MAPS}?watch=yes&timeoutSeconds=1`, watch: true },
    { path: `${MAPS}?watch&timeoutSeconds=1`, watch: true },
    { path: '/api/v1/watch/namespaces/${ns}/configmaps?timeoutSeconds=1', watch: true },
    { path: '/api/v1/watch/namespaces/${ns}/configmaps/a?timeoutSeconds=1', watch: true },
    { path: '/api/v1/watch/namespaces/${ns}/configmaps/none?timeoutSeconds=1', watch: true },
    { path: '/api/v1/watch/namespaces/${ns}?timeoutSeconds=1', watch: true },
    {
      path: '/api/v1/watch/namespaces/${ns}/configmaps/a?timeoutSeconds=1&watch=false',
      watch: true,
    },
    { path: '/api/v1/watch/namespaces/${ns}/pods/a/status?timeoutSeconds=1', watch: true },
  ],
  'initial events': [
    ...SOME,
    ...all([
      'sendInitialEvents=true',
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
      'sendInitialEvents=true&resourceVersionMatch=Exact',
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=0',
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=1',
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=${rv-a}',
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=x%3D1',
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=x',
      'sendInitialEvents=false&resourceVersionMatch=NotOlderThan',
      'sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0',
      'sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=${rv-a}',
      'sendInitialEvents=false',
      'sendInitialEvents=x&resourceVersionMatch=NotOlderThan',
    ]),
  ],
  formats: [
    ...SOME,
    ...ACCEPTED.map((accept) => watch('', { accept })),
    ...ACCEPTED.map((accept) => watch('resourceVersion=${rv-b}', { accept })),
    watch('includeObject=Object', { accept: ACCEPTED[4] ?? '' }),
    watch('includeObject=None', { accept: ACCEPTED[4] ?? '' }),
    watch('includeObject=x', { accept: ACCEPTED[4] ?? '' }),
    watch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true', {
      accept: ACCEPTED[4] ?? '',
    }),
    watch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true', {
      accept: ACCEPTED[6] ?? '',
    }),
  ],
})
