export * from './ports.ts'
export { runCli } from './run.ts'
