import { family } from './resource-metrics.ts'

/** `/metrics`: what the agent itself has to tell, under kubelet's names. */
export function kubeletMetrics(of: {
  nodeName: string
  /** Of each pod, how its containers are: `running` or `exited`. */
  pods: readonly (readonly string[])[]
}): string {
  const counts = new Map<string, number>()
  for (const state of of.pods.flat()) counts.set(state, (counts.get(state) ?? 0) + 1)
  const running = of.pods.filter((states) => states.includes('running')).length
  const containers = [...counts].map(([state, value]) => ({
    labels: { container_state: state },
    value,
  }))
  const one = (value: number, labels = {}) => [{ labels, value }]
  return [
    family('kubelet_node_name', 'gauge', 'The name of the node', one(1, { node: of.nodeName })),
    family('kubelet_running_containers', 'gauge', 'Containers by their state', containers),
    family('kubelet_running_pods', 'gauge', 'Pods with a container that runs', one(running)),
  ].join('')
}
