import assert from 'node:assert/strict'
import {
  allResources,
  apiVersionOf,
  type ContainerStatus,
  decodeJson,
  formatTime,
  genericColumns,
  humanDuration,
  type KubeObject,
  type Pod,
  pods,
  type Resource,
  summarizePod,
} from '../../../src/api/index.ts'
import { isKnownToDiffer, recordedSteps } from './facts.ts'

interface Table {
  readonly kind: string
  readonly columnDefinitions: { name: string; type: string; format: string; priority: number }[]
  readonly rows: { cells: unknown[] }[]
}

const nowMs = Date.parse('2024-01-01T01:00:00Z')

function resourceAt(path: string): Resource | undefined {
  return allResources.find((r) => {
    const root = r.group === '' ? '/api/v1' : `/apis/${apiVersionOf(r)}`
    const home = r.namespaced ? '/namespaces/[^/]+' : ''
    return new RegExp(`^${root}${home}/${r.plural}(/[^/]+)?$`).test(path)
  })
}

describe('columns', () => {
  it('are those of Kubernetes 1.32, with its cells', function () {
    const objects = new Map<string, KubeObject>()
    let compared = 0
    for (const step of recordedSteps(this, '13-tables')) {
      const body = step.answer?.body as (Table & KubeObject) | undefined
      if (step.method === 'POST' && body?.metadata?.name) {
        objects.set(`${body.apiVersion}/${body.kind}/${body.metadata.name}`, body)
      }
      if (body?.kind !== 'Table') continue
      const resource = resourceAt(step.path.split('?')[0] ?? '')
      if (resource === undefined || isKnownToDiffer('13-tables', step.id)) continue
      // What declares no columns is shown with those that every kind has.
      const columns = resource.columns.length > 0 ? resource.columns : genericColumns
      const shown = columns.map(({ name, type, priority, format = '' }) => ({
        name,
        type,
        format,
        priority,
      }))
      assert.deepEqual(shown, body.columnDefinitions, step.id)
      const at = columns.findIndex((column) => column.name === 'Name')
      for (const { cells } of body.rows) {
        const sent = objects.get(`${apiVersionOf(resource)}/${resource.kind}/${String(cells[at])}`)
        assert.ok(sent !== undefined, `${step.id}: the object of a row`)
        const text = JSON.stringify(sent)
          .replaceAll('"<time>"', '"2024-01-01T00:59:55Z"')
          .replaceAll('"<nodePort>"', '30001')
        const object = decodeJson<KubeObject>(resource.struct, JSON.parse(text))
        const actual: unknown[] = columns.map((column) => column.cell(object, { nowMs }))
        const expected = JSON.stringify(cells)
          .replaceAll('<age>', '5s')
          .replaceAll('<time>', '2024-01-01T00:59:55Z')
          .replaceAll('<nodePort>', '30001')
        assert.equal(JSON.stringify(actual), expected, step.id)
        compared++
      }
    }
    assert.ok(compared > 10, `compared ${compared} rows`)
  })
})

function status(
  name: string,
  state: ContainerStatus['state'],
  more: Partial<ContainerStatus> = {},
) {
  return { name, image: '', imageID: '', ready: false, restartCount: 0, state, ...more }
}

function pod(parts: Partial<Pod['status']>, spec: Partial<Pod['spec']> = {}): Pod {
  return decodeJson<Pod>(pods.struct, {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec },
    status: parts,
  })
}

const running = { running: { startedAt: formatTime(nowMs - 60_000) } }

describe('a pod summed up', () => {
  const cases: [string, Pod, string, string, string][] = [
    ['nothing known', pod({ phase: 'Pending' }), 'Pending', '0/2', '0'],
    [
      'a container that crashes',
      pod({
        phase: 'Running',
        containerStatuses: [
          status(
            'a',
            { waiting: { reason: 'CrashLoopBackOff' } },
            {
              restartCount: 3,
              lastState: { terminated: { exitCode: 1, finishedAt: formatTime(nowMs - 5000) } },
            },
          ),
          status('b', running, { ready: true }),
        ],
      }),
      'CrashLoopBackOff',
      '1/2',
      '3 (5s ago)',
    ],
    [
      'an init container at work',
      pod(
        { phase: 'Pending', initContainerStatuses: [status('i', running)] },
        { initContainers: [{ name: 'i' }] },
      ),
      'Init:0/1',
      '0/2',
      '0',
    ],
    [
      'a failed init container',
      pod(
        { initContainerStatuses: [status('i', { terminated: { exitCode: 2 } })] },
        { initContainers: [{ name: 'i' }] },
      ),
      'Init:ExitCode:2',
      '0/2',
      '0',
    ],
    [
      'a sidecar that is ready',
      pod(
        {
          initContainerStatuses: [status('i', running, { started: true, ready: true })],
          containerStatuses: [
            status('a', running, { ready: true }),
            status('b', running, { ready: true }),
          ],
        },
        { initContainers: [{ name: 'i', restartPolicy: 'Always' }] },
      ),
      '',
      '3/3',
      '0',
    ],
    [
      'done',
      pod({
        phase: 'Succeeded',
        containerStatuses: [status('a', { terminated: { exitCode: 0, reason: 'Completed' } })],
      }),
      'Completed',
      '0/2',
      '0',
    ],
    [
      'one done, one running',
      pod({
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          status('a', { terminated: { exitCode: 0, reason: 'Completed' } }),
          status('b', running, { ready: true }),
        ],
      }),
      'Running',
      '1/2',
      '0',
    ],
  ]
  for (const [name, of, text, ready, restarts] of cases) {
    it(name, () => {
      const summary = summarizePod(of, nowMs)
      assert.equal(summary.status, text)
      assert.equal(`${summary.readyContainers}/${summary.totalContainers}`, ready)
      assert.equal(summary.restarts, restarts)
    })
  }

  it('being deleted', () => {
    const deleted = pod({ phase: 'Running' })
    deleted.metadata.deletionTimestamp = formatTime(nowMs)
    assert.equal(summarizePod(deleted, nowMs).status, 'Terminating')
  })
})

describe('durations', () => {
  const minute = 60
  const hour = 60 * minute
  const day = 24 * hour
  const cases: [number, string][] = [
    [0, '0s'],
    [119, '119s'],
    [2 * minute, '2m'],
    [5 * minute + 30, '5m30s'],
    [10 * minute + 5, '10m'],
    [179 * minute, '179m'],
    [3 * hour + 12 * minute, '3h12m'],
    [8 * hour, '8h'],
    [47 * hour, '47h'],
    [2 * day + 4 * hour, '2d4h'],
    [8 * day, '8d'],
    [729 * day, '729d'],
    [2 * 365 * day + 10 * day, '2y10d'],
    [9 * 365 * day, '9y'],
    [-5, '<invalid>'],
  ]
  for (const [seconds, text] of cases) {
    it(`${seconds} s are ${text}`, () => assert.equal(humanDuration(seconds * 1000), text))
  }
})
