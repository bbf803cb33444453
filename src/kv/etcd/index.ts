export { etcdKv } from './etcd.ts'
