export { type BackupStream, type OpenBackup } from './maintenance.ts'
export { etcdMethods, type EtcdMethodsOptions } from './methods.ts'
