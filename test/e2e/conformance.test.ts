import assert from 'node:assert/strict'
import { run, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

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
const TIMEOUT_MS = 600_000

/** e2e.test of Kubernetes, where `E2E_TEST` names it, against a cluster of ours. */
describe('conformance', function () {
  this.timeout(TIMEOUT_MS)
  const program = process.env.E2E_TEST
  // Nothing on a machine that has none: it is not part of Navarch, nor of its CI.
  if (!program) return
  let cluster: TestCluster | undefined
  after(() => cluster?.destroy())

  it('passes what needs no containers', async function () {
    const kubectl = findKubectls().at(-1)
    if (kubectl === undefined) return skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up()
    const { stdout } = await run(
      program,
      [
        `--kubeconfig=${cluster.kubeconfig}`,
        '--provider=local',
        `--kubectl-path=${kubectl}`,
        `--ginkgo.focus=(${FOCUS.join('|')}).*\\[Conformance\\]`,
        '--ginkgo.skip=Serial|Slow|sig-apps|sig-scheduling',
        '--ginkgo.no-color',
        '--disable-log-dump',
      ],
      { timeoutMs: TIMEOUT_MS },
    )
    const summary = /^Ran (\d+) of .*$\n.* (\d+) Passed \| (\d+) Failed/m.exec(stdout)
    const failed = stdout.split('\n').filter((line) => line.includes('[FAIL]'))
    assert.ok(summary, stdout.slice(-4000))
    assert.deepEqual(failed, [])
    assert.ok(Number(summary[2]) >= 50, summary[0])
    return undefined
  })
})
