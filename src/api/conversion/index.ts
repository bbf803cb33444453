export * from './event.ts'
export * from './horizontal-pod-autoscaler.ts'
