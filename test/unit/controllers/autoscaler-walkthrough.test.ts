import assert from 'node:assert/strict'
import type { Pod, Stored } from '../../../src/api/index.ts'
import {
  limitReplicas,
  NO_HISTORY,
  remember,
} from '../../../src/master/controllers/autoscaler-limits.ts'
import { replicasForPods } from '../../../src/master/controllers/autoscaler-replicas.ts'

/*
 * The walk-through of kubernetes.io: `php-apache` requests 200m, the target is 50 % of that, between
 * 1 and 10 replicas. Under load it stands at 305 % and is brought to 7; without, back to 1.
 */
const REQUEST = 200
const PERIOD_MS = 15_000
const BEGIN_MS = Date.parse('2024-07-09T10:00:00Z')
const tolerances = { up: 0.1, down: 0.1 }
const spec = {
  scaleTargetRef: { kind: 'Deployment', name: 'php-apache' },
  minReplicas: 1,
  maxReplicas: 10,
}

function pod(name: string): Stored<Pod> {
  const started = new Date(BEGIN_MS - 3_600_000).toISOString()
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: started }]
  const status = { phase: 'Running', startTime: started, conditions }
  return { metadata: { name }, spec: { containers: [] }, status } as Pod as Stored<Pod>
}

/** An autoscaler that looks every 15 seconds at pods which share a load evenly. */
class PhpApache {
  replicas = 1
  #nowMs = BEGIN_MS
  #history = NO_HISTORY

  /** `load`: of all pods together, in thousandths of a CPU. Returns what it saw, and why it moved. */
  look(load: number): string {
    const nowMs = (this.#nowMs += PERIOD_MS)
    const current = this.replicas
    const all = Array.from({ length: current }, (_, i) => pod(`p${i}`))
    const sample = { value: Math.round(load / current), atMs: nowMs, windowMs: 15_000 }
    const samples = new Map(all.map(({ metadata }) => [metadata.name, sample] as const))
    const request = () => REQUEST
    const goal = { kind: 'utilization', target: 50, shareOf: request, fallbackOf: request } as const
    const seen = replicasForPods(all, samples, { current, goal, isCpu: true, tolerances, nowMs })
    const of = { spec, current, history: this.#history, nowMs }
    const { replicas, limited, able } = limitReplicas(seen.replicas, of)
    const change = { wanted: seen.replicas, before: current, after: replicas, nowMs }
    this.#history = remember(this.#history, change)
    this.replicas = replicas
    return `${seen.level}%/50% ${current}->${replicas} ${limited.reason} ${able.reason}`
  }
}

describe('the published walk-through of the autoscaler', () => {
  const LOAD = 610

  it('grows to 7 under load, doubling or by four at most at once', () => {
    const php = new PhpApache()
    assert.equal(php.look(0), '0%/50% 1->1 TooFewReplicas ReadyForNewScale')
    assert.equal(php.look(LOAD), '305%/50% 1->4 ScaleUpLimit ReadyForNewScale')
    assert.equal(php.look(LOAD), '76%/50% 4->7 DesiredWithinRange ReadyForNewScale')
    assert.equal(php.look(LOAD), '43%/50% 7->7 DesiredWithinRange ReadyForNewScale')
  })

  it('goes back to 1 when the load has been away for five minutes', () => {
    const php = new PhpApache()
    for (let i = 0; i < 4; i++) php.look(LOAD)
    assert.equal(php.look(0), '0%/50% 7->7 DesiredWithinRange ScaleDownStabilized')
    // The last look under load was a period ago; its word holds for five minutes.
    let looks = 1
    for (; php.replicas === 7; looks++) php.look(0)
    assert.equal(looks * PERIOD_MS, 5 * 60_000)
    assert.equal(php.replicas, 1)
  })

  it('stays within the tolerance of a tenth, and within its bounds', () => {
    const php = new PhpApache()
    for (let i = 0; i < 4; i++) php.look(1000)
    assert.equal(php.replicas, 10)
    assert.equal(php.look(1090), '54%/50% 10->10 DesiredWithinRange ReadyForNewScale')
    assert.equal(php.look(3000), '150%/50% 10->10 TooManyReplicas ReadyForNewScale')
  })

  it('counts whole percent, as Kubernetes does', () => {
    const php = new PhpApache()
    assert.equal(php.look(112), '56%/50% 1->2 DesiredWithinRange ReadyForNewScale')
    // 55.5 % are 55, a tenth above the target.
    const other = new PhpApache()
    assert.equal(other.look(111), '55%/50% 1->1 DesiredWithinRange ReadyForNewScale')
  })
})
