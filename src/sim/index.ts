export { Lifetime, SimClock, type WallClock } from './clock.ts'
export { DISK_SPEED_DEFAULT, type DiskSpeed, SimDisk } from './disk.ts'
export { SimEngines } from './engine.ts'
export {
  FaultInjector,
  type FaultPlan,
  type FaultTarget,
  planDiskFaults,
  planFaults,
  planWeather,
} from './faults.ts'
export { SimMachine, type SimPorts } from './machine.ts'
export { SimMedium } from './medium.ts'
export { FAIR_WEATHER, type NetworkWeather, SimNetwork, type Station } from './network.ts'
export { type PeerPacket, SimPeerTransport } from './peer-transport.ts'
export { SeededRandom } from './random.ts'
export { Trace } from './trace.ts'
