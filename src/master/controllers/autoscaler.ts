import { StatusError } from '../../base/index.ts'
import {
  formatTime,
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerCondition,
  horizontalPodAutoscalers,
  type MetricStatus,
  type HorizontalPodAutoscalerStatus,
  parseSelector,
  type Pod,
  pods,
  quantityMilliValue,
  type Scale,
  type Selector,
  semanticEqual,
  withCondition,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { limitReplicas, NO_HISTORY, remember, type ScaleHistory } from './autoscaler-limits.ts'
import { MetricsClient } from './autoscaler-metrics.ts'
import { MetricError, TOLERANCE, type Tolerances } from './autoscaler-replicas.ts'
import {
  FAILURES,
  failedSource,
  type Proposed,
  proposeReplicas,
  type Scaled,
} from './autoscaler-sources.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  requeueAfter,
  syncOf,
} from './runtime.ts'
import { ScaleClient } from './scale-client.ts'

type Call = { signal: AbortSignal }
type ReadAutoscaler = Cached<HorizontalPodAutoscaler>

export interface AutoscalerOptions {
  /** How often each autoscaler looks. Default: 15 s. */
  readonly periodMs?: number
}

/** Changes the size of what is scaled as its metrics ask. */
export function autoscalerController(
  context: ControllerContext,
  options: AutoscalerOptions = {},
): Controller {
  const reconciler = new AutoscalerReconciler(context, options)
  return {
    name: 'horizontal-pod-autoscaler-controller',
    sources: [
      // Its own status is no reason to look again before the time.
      changesOf(reconciler.autoscalers, ({ old, now }) => {
        const it = now ?? old
        if (!it || (old && now && semanticEqual(old.spec, now.spec))) return []
        return [`${it.metadata.namespace}/${it.metadata.name}`]
      }),
      syncOf(reconciler.pods),
    ],
    reconcile: (key, call) => reconciler.reconcile(key, call),
  }
}

class AutoscalerReconciler {
  readonly autoscalers
  readonly pods
  readonly #context: ControllerContext
  readonly #scales: ScaleClient
  readonly #metrics: MetricsClient
  readonly #periodMs: number
  readonly #histories = new Map<ObjectKey, ScaleHistory>()
  /** Which pods each autoscaler was last seen to scale. */
  readonly #selectors = new Map<ObjectKey, Selector>()

  constructor(context: ControllerContext, { periodMs = 15_000 }: AutoscalerOptions) {
    this.#context = context
    this.autoscalers = context.informers.for(horizontalPodAutoscalers)
    this.pods = context.informers.for(pods)
    this.#scales = new ScaleClient(context.client)
    this.#metrics = new MetricsClient(context.client)
    this.#periodMs = periodMs
  }

  async reconcile(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const autoscaler = this.autoscalers.get(key)
    if (!autoscaler) {
      this.#histories.delete(key)
      this.#selectors.delete(key)
      return done
    }
    const pass = new Pass(this.#context, autoscaler)
    await this.#look(key, autoscaler, pass, call)
    await pass.write(call)
    return requeueAfter(this.#periodMs)
  }

  async #look(key: ObjectKey, autoscaler: ReadAutoscaler, pass: Pass, call: Call): Promise<void> {
    const { spec, metadata } = autoscaler
    const { apiVersion = 'v1', kind, name } = spec.scaleTargetRef
    const target = { apiVersion, kind, name, namespace: metadata.namespace }
    let scale: Scale
    try {
      const found = await this.#scales.get(target, call)
      if (!found) {
        const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
        const message = `no matches for kind "${kind}" in group "${group}"`
        throw new StatusError(404, 'NotFound', message)
      }
      scale = found
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      const what = "the HPA controller was unable to get the target's current scale"
      pass.set('AbleToScale', false, 'FailedGetScale', `${what}: ${error.message}`)
      return pass.tell('Warning', 'FailedGetScale', error.message)
    }
    const got = "the HPA controller was able to get the target's current scale"
    pass.set('AbleToScale', true, 'SucceededGetScale', got)
    const current = scale.spec.replicas ?? 0
    if (!this.#histories.has(key)) this.#histories.set(key, this.#begun(current))
    pass.status.currentReplicas = scale.status.replicas
    const decision = await this.#decide(key, autoscaler, scale, pass, call)
    if (!decision) return
    pass.status.desiredReplicas = decision.replicas
    if (decision.replicas === current) return
    try {
      scale.spec.replicas = decision.replicas
      await this.#scales.update(target, scale, call)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      const size = `New size: ${decision.replicas}; reason: ${decision.why}`
      pass.tell('Warning', 'FailedRescale', `${size}; error: ${error.message}`)
      const what = 'the HPA controller was unable to update the target scale'
      pass.set('AbleToScale', false, 'FailedUpdateScale', `${what}: ${error.message}`)
      pass.status.desiredReplicas = current
      return
    }
    const { replicas: after, why, wanted } = decision
    const what = `the HPA controller was able to update the target scale to ${after}`
    pass.set('AbleToScale', true, 'SucceededRescale', what)
    pass.tell('Normal', 'SuccessfulRescale', `New size: ${after}; reason: ${why}`)
    pass.status.lastScaleTime = formatTime(this.#context.clock.nowMs())
    this.#remember(key, { wanted, before: current, after })
  }

  /** The size at first sight is a recommendation: who begins anew must not shrink at once. */
  #begun(current: number): ScaleHistory {
    const atMs = this.#context.clock.nowMs()
    return { ...NO_HISTORY, recommended: [{ atMs, replicas: current }] }
  }

  #remember(key: ObjectKey, of: { wanted: number; before: number; after: number }): void {
    const history = this.#histories.get(key) ?? NO_HISTORY
    const nowMs = this.#context.clock.nowMs()
    this.#histories.set(key, remember(history, { ...of, nowMs }))
  }

  /** Undefined: the metrics could not be had, so nothing moves. */
  async #decide(
    key: ObjectKey,
    autoscaler: ReadAutoscaler,
    scale: Scale,
    pass: Pass,
    call: Call,
  ): Promise<{ replicas: number; wanted: number; why: string } | undefined> {
    const { spec } = autoscaler
    const current = scale.spec.replicas ?? 0
    const min = spec.minReplicas ?? 1
    if (current === 0 && min !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero'
      pass.set('ScalingActive', false, 'ScalingDisabled', message)
      return { replicas: 0, wanted: 0, why: '' }
    }
    const outside = (bound: number, words: string) => ({
      replicas: bound,
      wanted: bound,
      why: `Current number of replicas ${words}`,
    })
    if (current > spec.maxReplicas) return outside(spec.maxReplicas, 'above Spec.MaxReplicas')
    if (current < min) return outside(min, 'below Spec.MinReplicas')
    const best = await this.#measure(key, autoscaler, scale, pass, call)
    if (!best) return undefined
    const history = this.#histories.get(key) ?? NO_HISTORY
    const nowMs = this.#context.clock.nowMs()
    const limits = limitReplicas(best.replicas, { spec, current, history, nowMs })
    pass.set('AbleToScale', true, limits.able.reason, limits.able.message)
    const { status, reason, message } = limits.limited
    pass.set('ScalingLimited', status, reason, message)
    const { replicas } = limits
    if (replicas === current) {
      this.#remember(key, { wanted: best.replicas, before: current, after: current })
    }
    const why = replicas > current ? `${best.metric} above target` : 'All metrics below target'
    return { replicas, wanted: best.replicas, why }
  }

  async #measure(
    key: ObjectKey,
    autoscaler: ReadAutoscaler,
    scale: Scale,
    pass: Pass,
    call: Call,
  ): Promise<Proposed | undefined> {
    const { spec } = autoscaler
    const selector = scale.status.selector ?? ''
    if (selector === '') {
      const message = "the HPA target's scale is missing a selector"
      pass.tell('Warning', 'SelectorRequired', message)
      pass.set('ScalingActive', false, 'InvalidSelector', message)
      return undefined
    }
    this.#selectors.set(key, parseSelector(selector))
    const scaled = this.#scaled(autoscaler, scale, selector)
    const rivals = this.#autoscalersOf(scaled.pods)
    if (rivals.length > 1) {
      const names = rivals.map((rival) => `{${rival.split('/').reverse().join(' ')}}`).join(' ')
      const message = `pods by selector ${selector} are controlled by multiple HPAs: [${names}]`
      pass.tell('Warning', 'AmbiguousSelector', message)
      pass.set('ScalingActive', false, 'AmbiguousSelector', message)
      pass.tell('Warning', 'FailedComputeMetricsReplicas', message)
      return undefined
    }
    const found: Proposed[] = []
    const statuses: MetricStatus[] = []
    const failures: { reason: string; message: string; source: string }[] = []
    const specs = spec.metrics ?? []
    for (const metric of specs) {
      try {
        const of = { scaled, metrics: this.#metrics, resourceOf: this.#resourceOf }
        const proposed = await proposeReplicas(metric, of, call)
        found.push(proposed)
        statuses.push(proposed.status)
      } catch (error) {
        if (!(error instanceof MetricError)) throw error
        const reason = FAILURES[metric.type] ?? 'InvalidMetricSourceType'
        failures.push({ reason, message: error.message, source: failedSource(metric) })
        statuses.push({ type: '' })
        pass.tell('Warning', reason, error.message)
      }
    }
    pass.status.currentMetrics = statuses
    const best = found.reduce<Proposed | undefined>(
      (most, next) => (!most || next.replicas > most.replicas ? next : most),
      undefined,
    )
    const [first] = failures
    // With a metric unknown nothing may shrink: it could be the one that needs the pods.
    if (first && (!best || best.replicas < scaled.current)) {
      const count = `${failures.length} invalid out of ${specs.length}`
      const why = `failed to get ${first.source}: ${first.message}`
      const message = `invalid metrics (${count}), first error is: ${why}`
      pass.set(
        'ScalingActive',
        false,
        first.reason,
        `the HPA was unable to compute the replica count: ${first.message}`,
      )
      pass.tell('Warning', 'FailedComputeMetricsReplicas', message)
      return undefined
    }
    if (best) {
      const what = 'the HPA was able to successfully calculate a replica count from'
      pass.set('ScalingActive', true, 'ValidMetricFound', `${what} ${best.metric}`)
    }
    return best
  }

  /** The autoscalers that scale one of these pods, by name. */
  #autoscalersOf(those: readonly Cached<Pod>[]): ObjectKey[] {
    const [first] = those
    if (!first) return []
    const inNamespace = `${first.metadata.namespace}/`
    const found: ObjectKey[] = []
    for (const [key, selector] of this.#selectors) {
      if (!key.startsWith(inNamespace)) continue
      if (those.some(({ metadata }) => selector.matches(metadata.labels ?? {}))) found.push(key)
    }
    return found.sort()
  }

  #scaled(autoscaler: ReadAutoscaler, scale: Scale, selector: string): Scaled {
    const { namespace } = autoscaler.metadata
    const matcher = parseSelector(selector)
    const those: Cached<Pod>[] = []
    for (const pod of this.pods.inNamespace(namespace)) {
      if (matcher.matches(pod.metadata.labels ?? {})) those.push(pod)
    }
    return {
      namespace,
      selector,
      pods: those,
      current: scale.spec.replicas ?? 0,
      observed: scale.status.replicas,
      tolerances: tolerancesOf(autoscaler),
      nowMs: this.#context.clock.nowMs(),
    }
  }

  readonly #resourceOf = async (
    reference: { apiVersion: string; kind: string },
    call: Call,
  ): Promise<string> => {
    const plural = await this.#scales.pluralOf(reference, call)
    if (plural === undefined) throw new MetricError(`no matches for kind "${reference.kind}"`)
    const [group = '', version] = reference.apiVersion.split('/')
    return version === undefined ? plural : `${plural}.${group}`
  }
}

function tolerancesOf({ spec }: ReadAutoscaler): Tolerances {
  const value = (text: string | undefined) =>
    text === undefined ? TOLERANCE : quantityMilliValue(text) / 1000
  const { scaleUp, scaleDown } = spec.behavior ?? {}
  return { up: value(scaleUp?.tolerance), down: value(scaleDown?.tolerance) }
}

/** One look at one autoscaler; its status is written once, if it differs. */
class Pass {
  readonly status: HorizontalPodAutoscalerStatus
  readonly #context: ControllerContext
  readonly #autoscaler: ReadAutoscaler

  constructor(context: ControllerContext, autoscaler: ReadAutoscaler) {
    this.#context = context
    this.#autoscaler = autoscaler
    this.status = draft<HorizontalPodAutoscaler>(autoscaler).status
    this.status.desiredReplicas ??= 0
    const { generation } = autoscaler.metadata
    if (generation !== undefined) this.status.observedGeneration = generation
  }

  set(type: string, holds: boolean, reason: string, message: string): void {
    const lastTransitionTime = formatTime(this.#context.clock.nowMs())
    const status = holds ? 'True' : 'False'
    const condition: HorizontalPodAutoscalerCondition = {
      type,
      status,
      reason,
      message,
      lastTransitionTime,
    }
    this.status.conditions = withCondition(this.status.conditions, condition)
  }

  tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.recorder.event(this.#autoscaler, { type, reason, message })
  }

  async write(call: Call): Promise<void> {
    if (semanticEqual(this.status, this.#autoscaler.status)) return
    const changed = {
      ...draft<HorizontalPodAutoscaler>(this.#autoscaler),
      status: this.status,
    }
    await this.#context.client.for(horizontalPodAutoscalers).updateStatus(changed, call)
  }
}
