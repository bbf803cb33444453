import fs from 'node:fs'
import path from 'node:path'
import { KNOWN_DIFFERENCES } from '../../contract/api-known.ts'
import { needShared } from '../../support/peers.ts'

/** The facts of the Kubernetes API beside the checkout, or a skip. */
export function factsFolder(test: Mocha.Context): string {
  return path.join(needShared(test), 'kubernetes-api')
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
  const file = path.join(factsFolder(test), 'recorded', `${name}.json`)
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { steps: Step[] }).steps
}

/** Whether a step is listed among those that the server answers otherwise. */
export function isKnownToDiffer(scenario: string, id: string): boolean {
  return KNOWN_DIFFERENCES[scenario]?.[id] !== undefined
}

export function readShared(test: Mocha.Context, name: string): Buffer {
  return fs.readFileSync(path.join(factsFolder(test), name))
}
