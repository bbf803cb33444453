export { Measurements, NodeMeter } from './meter.ts'
export { nodeUsage } from './node-usage.ts'
export { resourceMetrics } from './resource-metrics.ts'
export { summary } from './summary.ts'
