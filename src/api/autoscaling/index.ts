export * from './horizontal-pod-autoscaler-v1.ts'
export * from './horizontal-pod-autoscaler.ts'
export * from './metric.ts'
export * from './scale.ts'
