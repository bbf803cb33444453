export { defaultFlowControl } from './defaults.ts'
export { Fairness } from './fairness.ts'
