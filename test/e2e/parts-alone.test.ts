import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, Kubectl, run, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

/** The controllers and the scheduler as processes of their own, beside the store and the API alone. */
describe('parts that run alone', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let kubectl: Kubectl
  const children: ChildProcess[] = []

  const start = (...args: string[]) => {
    const child = spawn('bin/navarch', args, { stdio: 'ignore' })
    children.push(child)
    return child
  }

  before(async function () {
    const program = findKubectls().at(-1) ?? skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up('--api-only', '--masters', '1')
    kubectl = new Kubectl(program, cluster)
  })
  after(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    await cluster?.destroy()
  })

  it('the controller manager makes pods, with some controllers left out', async () => {
    const kubeconfig = ['--kubeconfig', cluster.kubeconfig]
    start('controller-manager', ...kubeconfig, '--controllers=*,-endpointslice-controller')
    await kubectl.do('create deployment web --image=any --replicas=2')
    await eventually('there are two pods', async () => {
      return (await kubectl.do('get pods -o name')).split('\n').length === 2
    })
    await kubectl.do('create service clusterip web --tcp=80')
    await eventually('the Service has Endpoints', async () => {
      return (await kubectl.try('get endpoints web')).code === 0
    })
    assert.equal(
      await kubectl.do('get endpointslices -l kubernetes.io/service-name=web -o name'),
      '',
    )
  })

  it('the scheduler places the pods of its profiles', async () => {
    const config = join(cluster.dataDir, 'scheduler.yaml')
    writeFileSync(
      config,
      'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n' +
        'profiles: [{schedulerName: default-scheduler}, {schedulerName: second}]\n',
    )
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'paper' },
      status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10' } },
    }
    await kubectl.do('create -f -', JSON.stringify(node))
    start('scheduler', '--kubeconfig', cluster.kubeconfig, '--config', config)
    const overrides = JSON.stringify({ spec: { schedulerName: 'second' } })
    await kubectl.doArgs(['run', 'one', '--image=any', `--overrides=${overrides}`])
    await eventually('all pods have the node', async () => {
      const text = await kubectl.do('get pods -o jsonpath={.items[*].spec.nodeName}')
      return text === 'paper paper paper'
    })
  })

  it('say what is wrong with their flags, with exit code 2', async () => {
    const wrong: [args: string[], message: RegExp][] = [
      [['scheduler'], /--kubeconfig: it must be given/],
      [['scheduler', '--kubeconfig', '/nowhere'], /cannot read \/nowhere/],
      [['scheduler', '--frob'], /--frob/],
      [
        ['controller-manager', '--kubeconfig', cluster.kubeconfig, '--controllers', 'nope'],
        /"nope" is not in the list of known controllers/,
      ],
      [
        ['scheduler', '--kubeconfig', cluster.kubeconfig, '--leader-elect-retry-period', '1 hour'],
        /is no duration/,
      ],
    ]
    for (const [args, message] of wrong) {
      const outcome = await run('bin/navarch', args)
      assert.equal(outcome.code, 2, args.join(' '))
      assert.match(outcome.stderr, message)
    }
  })
})
