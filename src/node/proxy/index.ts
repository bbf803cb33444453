export { planRules, type Protocol, type ProxyNode, type Rule, type Target } from './plan.ts'
export { type KeptPort, PortKeeper, type PortWish, unprivilegedPort } from './port-keeper.ts'
export { Proxy, type ProxyParts, REMAPPED_PORTS_ANNOTATION } from './proxy.ts'
export { UserspaceDriver, type UserspaceParts } from './userspace.ts'
