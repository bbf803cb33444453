import { fileURLToPath } from 'node:url'
import { runProgram } from './parts/program.ts'

/** Parts that run alone have flags of their own, and do not wait for all the rest to be loaded. */
const ALONE: Readonly<Record<string, string>> = {
  store: './store.cjs',
  etcd: './etcd.cjs',
  etcdutl: './etcdutl.cjs',
  apiserver: './apiserver.cjs',
  scheduler: './scheduler.cjs',
  'controller-manager': './controller-manager.cjs',
}

const program = ALONE[process.argv[2] ?? ''] ?? './cli.cjs'
runProgram(fileURLToPath(new URL(program, import.meta.url)))
