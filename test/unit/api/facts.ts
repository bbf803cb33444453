import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const folder = path.resolve(here, '../../../../shared/kubernetes-api')

/**
 * The folder of facts beside the checkout. In CI its absence is a failure; elsewhere the tests that
 * need it are skipped.
 */
export function sharedFolder(test: Mocha.Context): string {
  if (fs.existsSync(folder)) return folder
  if (process.env['CI'] === 'true') throw new Error(`${folder} is missing: tests need it in CI`)
  return test.skip()
}

/** One step of a recorded scenario: a request, and what Kubernetes 1.32 answered. */
export interface Step {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
  readonly setup?: boolean
  readonly answer?: { readonly status: number; readonly body?: unknown }
}

export function recordedSteps(test: Mocha.Context, name: string): Step[] {
  const file = path.join(sharedFolder(test), 'recorded', `${name}.json`)
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { steps: Step[] }).steps
}

export function readShared(test: Mocha.Context, name: string): Buffer {
  return fs.readFileSync(path.join(sharedFolder(test), name))
}
