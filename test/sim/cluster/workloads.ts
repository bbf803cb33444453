import type { SeededRandom } from '../../../src/sim/index.ts'

/** Objects that users ask for, as a seed has them. */

export interface Named {
  readonly name: string
  readonly namespace: string
}

const REPLICAS_MAX = 5
const IMAGES = ['navarch/web:1', 'navarch/web:2', 'navarch/web:3'] as const
/** How long a pod stays on a node that has gone; forever is too long to wait for. */
const EVICTED_AFTER_SECONDS = 2
/** Asked for by each pod. */
export const POD_CPU = '100m'
const AUTOSCALED_MAX = 4
/** What each pod of an autoscaled Deployment is to use; they use more or less than that. */
export const TARGET_CPU = '100m'
const ROLLING = [
  { maxSurge: 1, maxUnavailable: 0 },
  { maxSurge: 0, maxUnavailable: 1 },
  { maxSurge: 2, maxUnavailable: 1 },
  { maxSurge: '25%', maxUnavailable: '25%' },
] as const

function podTemplate(labels: Record<string, string>, image: string) {
  const tolerations = ['not-ready', 'unreachable'].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: EVICTED_AFTER_SECONDS,
  }))
  const containers = [{ name: 'main', image, resources: { requests: { cpu: POD_CPU } } }]
  return {
    metadata: { labels },
    spec: { containers, tolerations, terminationGracePeriodSeconds: 1 },
  }
}

function workload(kind: string, { name }: Named, random: SeededRandom) {
  const labels = { app: name, kind }
  return {
    replicas: random.int(REPLICAS_MAX + 1),
    selector: { matchLabels: labels },
    template: podTemplate(labels, random.pick(IMAGES)),
  }
}

export function deployment(metadata: Named, random: SeededRandom) {
  const recreates = random.chance(0.15)
  const strategy = recreates
    ? { type: 'Recreate' }
    : { type: 'RollingUpdate', rollingUpdate: random.pick(ROLLING) }
  const spec = workload('Deployment', metadata, random)
  // With a quota it may never be complete, and its failure would be told in the time of rest.
  return { metadata, spec: { ...spec, strategy, progressDeadlineSeconds: 600 }, status: {} }
}

export function statefulSet(metadata: Named, random: SeededRandom) {
  const podManagementPolicy = random.pick(['OrderedReady', 'Parallel'])
  const partition = random.pick([0, 0, 1, 3])
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition } }
  const spec = workload('StatefulSet', metadata, random)
  return {
    metadata,
    spec: { ...spec, serviceName: metadata.name, podManagementPolicy, updateStrategy },
    status: { replicas: 0 },
  }
}

export function daemonSet(metadata: Named, random: SeededRandom) {
  const rollingUpdate = random.pick([
    { maxSurge: 0, maxUnavailable: 1 },
    { maxSurge: 1, maxUnavailable: 0 },
    { maxSurge: '50%', maxUnavailable: 0 },
  ])
  const { selector, template } = workload('DaemonSet', metadata, random)
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate }
  return { metadata, spec: { selector, template, updateStrategy }, status: NO_DAEMONS }
}

const NO_DAEMONS = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
}

function jobSpec(name: string, random: SeededRandom) {
  const completions = 1 + random.int(3)
  const { metadata, spec } = podTemplate({ job: name }, 'navarch/job')
  return {
    completions,
    parallelism: 1 + random.int(completions),
    completionMode: random.pick(['NonIndexed', 'Indexed']),
    template: { metadata, spec: { ...spec, restartPolicy: 'Never' } },
  }
}

export function job(metadata: Named, random: SeededRandom) {
  return { metadata, spec: jobSpec(metadata.name, random), status: {} }
}

/** Every minute, of which a run sees one or two, and more where clocks jump. */
export function cronJob(metadata: Named, random: SeededRandom) {
  return {
    metadata,
    spec: {
      schedule: '* * * * *',
      concurrencyPolicy: random.pick(['Allow', 'Forbid', 'Replace']),
      successfulJobsHistoryLimit: random.pick([0, 1]),
      suspend: false,
      jobTemplate: { metadata: {}, spec: jobSpec(metadata.name, random) },
    },
    status: {},
  }
}

export function pod(metadata: Named) {
  const { spec } = podTemplate({}, IMAGES[0])
  return { metadata, spec, status: {} }
}

export function service(metadata: Named) {
  const spec = { selector: { app: metadata.name }, ports: [{ port: 80 }] }
  return { metadata, spec, status: {} }
}

export function budget(metadata: Named, random: SeededRandom) {
  const selector = { matchLabels: { app: metadata.name } }
  return { metadata, spec: { selector, minAvailable: 1 + random.int(3) }, status: {} }
}

/** Of names, counts of objects, and what pods ask for. */
export function quota(metadata: Named, hard: Readonly<Record<string, string>>) {
  return { metadata, spec: { hard }, status: {} }
}

/** Down as fast as up: nobody waits for the five minutes of the default. */
export function autoscaler(metadata: Named, random: SeededRandom) {
  const averageValue = TARGET_CPU
  const minReplicas = 1 + random.int(2)
  return {
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name },
      minReplicas,
      maxReplicas: minReplicas + random.int(AUTOSCALED_MAX - minReplicas + 1),
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'AverageValue', averageValue } },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
    },
    status: { desiredReplicas: 0 },
  }
}

const STORAGE = '1Gi'
const BY_HAND = { accessModes: ['ReadWriteOnce'], storageClassName: 'by-hand' }

export function volume(name: string) {
  const capacity = { storage: STORAGE }
  const persistentVolumeReclaimPolicy = 'Retain'
  const hostPath = { path: `/volumes/${name}` }
  return {
    metadata: { name },
    spec: { ...BY_HAND, capacity, persistentVolumeReclaimPolicy, hostPath },
    status: {},
  }
}

export function claim(metadata: Named) {
  return {
    metadata,
    spec: { ...BY_HAND, resources: { requests: { storage: STORAGE } } },
    status: {},
  }
}
