import { OK, type Plugin, unresolvable } from '../framework/types.ts'

/** A pod with scheduling gates waits until its owner has taken them all away (KEP-3521). */
export const schedulingGates: Plugin = {
  name: 'SchedulingGates',
  interests: [{ resource: 'pod', actions: ['update'] }],
  preEnqueue(pod) {
    const gates = (pod.spec.schedulingGates ?? []).map((gate) => gate.name)
    if (gates.length === 0) return OK
    return unresolvable(`waiting for scheduling gates: [${gates.join(' ')}]`)
  },
}
