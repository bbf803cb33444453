import {
  controllerOf,
  type Deployment,
  deployments,
  isPodTerminal,
  keyOf,
  matchesLabelSelector,
  type Pod,
  pods,
  type ReplicaSet,
  replicaSets,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { DeploymentRollout } from './deployment-rollout.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaims } from './ownership.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  objectsOf,
} from './runtime.ts'

/** Brings a deployment's replica sets to its template and size, step by step. */
export function deploymentController(context: ControllerContext): Controller {
  const reconciler = new DeploymentReconciler(context)
  return {
    name: 'deployment-controller',
    sources: [
      objectsOf(reconciler.deployments),
      changesOf(reconciler.sets, (change) => reconciler.deploymentsOfSet(change)),
      changesOf(reconciler.pods, (change) => reconciler.deploymentsOfPod(change)),
    ],
    reconcile: (key, options) => reconciler.reconcile(key, options),
  }
}

class DeploymentReconciler {
  readonly deployments
  readonly sets
  readonly pods
  readonly #context: ControllerContext

  constructor(context: ControllerContext) {
    this.#context = context
    this.deployments = context.informers.for(deployments)
    this.sets = context.informers.for(replicaSets)
    this.pods = context.informers.for(pods)
    indexByController(this.sets)
    indexByController(this.pods)
  }

  deploymentsOfSet({ old, now }: Change<ReplicaSet>): Iterable<ObjectKey> {
    const keys = new Set<ObjectKey>()
    for (const set of [old, now]) {
      const key = set && ownerKey(set)
      if (key) keys.add(key)
    }
    if (now && !controllerOf(now)) {
      for (const deployment of this.deployments.inNamespace(now.metadata.namespace)) {
        const matches = matchesLabelSelector(deployment.spec.selector, now.metadata.labels)
        if (matches) keys.add(keyOf(deployment))
      }
    }
    return keys
  }

  /** A deployment that recreates waits for its last old pod to end. */
  deploymentsOfPod({ old, now }: Change<Pod>): Iterable<ObjectKey> {
    const ended = now === undefined || (isPodTerminal(now) && !(old && isPodTerminal(old)))
    const pod = now ?? old
    const owner = ended && pod ? controllerOf(pod) : undefined
    if (!pod || owner?.kind !== 'ReplicaSet') return []
    const set = this.sets.get(`${pod.metadata.namespace}/${owner.name}`)
    const key = set && ownerKey(set)
    const deployment = key === undefined ? undefined : this.deployments.get(key)
    return deployment?.spec.strategy?.type === 'Recreate' ? [keyOf(deployment)] : []
  }

  async reconcile(key: ObjectKey, options: { signal: AbortSignal }): Promise<ReconcileResult> {
    const deployment = this.deployments.get(key)
    if (!deployment) return done
    if (selectsAll(deployment)) {
      this.#context.recorder.event(deployment, {
        type: 'Warning',
        reason: 'SelectingAll',
        message: 'This deployment is selecting all pods. A non-empty selector is required.',
      })
      return done
    }
    const sets = await this.#claimSets(deployment, options)
    const rollout = new DeploymentRollout(this.#context, { deployment, sets, ...options })
    return rollout.run((set) => controlledBy(this.pods, set.metadata.uid))
  }

  #claimSets(
    deployment: Cached<Deployment>,
    options: { signal: AbortSignal },
  ): Promise<Cached<ReplicaSet>[]> {
    const { uid, namespace } = deployment.metadata
    const around = [...controlledBy(this.sets, uid), ...orphansIn(this.sets, namespace)]
    const plan = planClaims(deployment, around, (set) =>
      matchesLabelSelector(deployment.spec.selector, set.metadata.labels),
    )
    return claim(
      {
        client: this.#context.client,
        owner: deployment,
        ownerResource: deployments,
        resource: replicaSets,
        plan,
      },
      options,
    )
  }
}

function selectsAll(deployment: Cached<Deployment>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = deployment.spec.selector
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0
}

function ownerKey(set: Cached<ReplicaSet>): ObjectKey | undefined {
  const owner = controllerOf(set)
  return owner?.kind === 'Deployment' ? `${set.metadata.namespace}/${owner.name}` : undefined
}
