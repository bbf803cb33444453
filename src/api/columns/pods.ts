import type { Pod } from '../core/index.ts'
import { isConditionTrue } from '../helpers/index.ts'
import type { Column } from '../schema/index.ts'
import { ageColumn, column, nameColumn, NONE, orNone, wide } from './common.ts'
import { summarizePod } from './pod-status.ts'

export const podColumns: readonly Column<Pod>[] = [
  nameColumn(),
  column('Ready', 'Containers that are ready, of all that should be.', (pod, { nowMs }) => {
    const { readyContainers, totalContainers } = summarizePod(pod, nowMs)
    return `${readyContainers}/${totalContainers}`
  }),
  column(
    'Status',
    'What the containers are doing, all in all.',
    (pod, { nowMs }) => summarizePod(pod, nowMs).status,
  ),
  column(
    'Restarts',
    'How often containers were started again, and when last.',
    (pod, { nowMs }) => summarizePod(pod, nowMs).restarts,
  ),
  ageColumn(),
  wide('IP', 'Address of the pod.', (pod) =>
    orNone(pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP),
  ),
  wide('Node', 'Node on which the pod runs.', (pod) => orNone(pod.spec.nodeName)),
  wide('Nominated Node', 'Node on which room is being made for the pod.', (pod) =>
    orNone(pod.status?.nominatedNodeName),
  ),
  wide(
    'Readiness Gates',
    'Further conditions that are met, of all that readiness needs.',
    (pod) => {
      const gates = pod.spec.readinessGates ?? []
      if (gates.length === 0) return NONE
      const met = gates.filter((g) => isConditionTrue(pod.status?.conditions, g.conditionType))
      return `${met.length}/${gates.length}`
    },
  ),
]
