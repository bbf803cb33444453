import type { NodeView, PodView } from '../../../src/master/scheduler/framework/types.ts'

let serial = 0

/** A pod as the API server would give it, with what a test cares about. */
export function makePod(
  name: string,
  spec: Partial<PodView['spec']> = {},
  rest: { labels?: Record<string, string>; status?: PodView['status'] } = {},
): PodView {
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion: String(++serial),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: rest.labels ?? {},
    },
    spec: { containers: [{ name: 'main', image: 'x' }], ...spec },
    status: rest.status ?? {},
  }
}

export function requesting(requests: Record<string, string>): Partial<PodView['spec']> {
  return { containers: [{ name: 'main', image: 'x', resources: { requests } }] }
}

export function makeNode(
  name: string,
  options: {
    labels?: Record<string, string>
    spec?: NodeView['spec']
    allocatable?: Record<string, string>
  } = {},
): NodeView {
  return {
    metadata: {
      name,
      namespace: '',
      uid: `uid-${name}`,
      resourceVersion: String(++serial),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'kubernetes.io/hostname': name, ...options.labels },
    },
    spec: options.spec ?? {},
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...options.allocatable } },
  }
}
