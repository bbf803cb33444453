import assert from 'node:assert/strict'
import { run, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipOptional, skipWithout } from '../support/peers.ts'

/** Tests of Kubernetes' own conformance suite that start no container and are quick. */
const FOCUS = [
  'API priority and fairness',
  '(\\] |Aggregated)Discovery should',
  'FieldValidation',
  'CustomResourceDefinition resources',
  'ValidatingAdmissionPolicy',
  'Watchers.*(from a specific|restart watching)',
  'Table transformation',
  'ResourceQuota should (manage|apply changes|be able to update)',
  'server version',
  'Certificates API',
  'ServiceAccounts.*(lifecycle|kube-root-ca|TokenReview)',
  'sig-instrumentation',
  'Kubectl (version|cluster-info)',
  '(EndpointSlice|Ingress|IngressClass).*API operations',
  'Services should (complete|delete a collection|find a service|provide secure|test the life)',
  'PodTemplates',
  'lease API',
  'RuntimeClasses API',
  'CSIDriver|csinode|CSIStorageCapacities',
  'VolumeAttachment',
  'lifecycle of a (StorageClass|PV)',
]

/** Those of workloads and scheduling for which nodes that only say that pods run are enough. */
const WORKLOADS = [
  'ControllerRevision',
  'Daemon set.*(collection|changes to a daemon set status|retry creating|run and stop|spec was updated)',
  'Deployment.*(scale subresource|delete old|rollover|lifecycle|Status endpoints)',
  'DisruptionController should create',
  'DisruptionController.*(block an eviction|collection|observe|update/patch)',
  'LimitRange',
  'ReplicaSet.*(Patch|scale subresource|adopt|collection|Status endpoints)',
  'ReplicationController should (adopt|get and update|release|surface|test)',
  'SchedulerPredicates.*(NodeSelector|resource limits)',
]
const TIMEOUT_MS = 600_000

/** e2e.test of Kubernetes, where `E2E_TEST` names it, against a cluster of ours. */
describe('conformance', function () {
  this.timeout(TIMEOUT_MS)
  const program = process.env.E2E_TEST
  let cluster: TestCluster | undefined
  afterEach(async () => {
    await cluster?.destroy()
    cluster = undefined
  })

  /** Runs what matches on `cluster`; at least so many must pass, and none fail. */
  const passes = async (focus: readonly string[], skip: string, atLeast: number) => {
    const kubectl = findKubectls().at(-1) ?? ''
    const { stdout } = await run(
      program ?? '',
      [
        `--kubeconfig=${cluster?.kubeconfig}`,
        '--provider=local',
        `--kubectl-path=${kubectl}`,
        `--ginkgo.focus=(${focus.join('|')}).*\\[Conformance\\]`,
        `--ginkgo.skip=${skip}`,
        '--ginkgo.no-color',
        '--disable-log-dump',
      ],
      { timeoutMs: TIMEOUT_MS },
    )
    const summary = /^Ran (\d+) of .*$\n.* (\d+) Passed \| (\d+) Failed/m.exec(stdout)
    const failed = stdout.split('\n').filter((line) => /\[FAIL(ED)?\]/.test(line))
    assert.ok(summary, stdout.slice(-4000))
    assert.deepEqual(failed, [])
    assert.ok(Number(summary[2]) >= atLeast, summary[0])
  }

  it('passes what needs no containers', async function () {
    if (!program) return skipOptional(this, 'E2E_TEST')
    if (findKubectls().length === 0) return skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up()
    return passes(FOCUS, 'Serial|Slow|sig-apps|sig-scheduling', 50)
  })

  it('passes what needs no more of a container than that it runs', async function () {
    if (!program) return skipOptional(this, 'E2E_TEST')
    if (findKubectls().length === 0) return skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up('--masters', '1', '--hollow-nodes', '4')
    return passes(WORKLOADS, 'Slow|sig-node', 30)
  })
})
