export { defaultFlowControl } from './defaults.ts'
export { fairnessDumps } from './dump.ts'
export { Fairness } from './fairness.ts'
