export { createPlugins, type PluginParts } from './registry.ts'
export { VolumeBinder, type VolumeWrites } from './volume-binder.ts'
export { cheapest } from './victims.ts'
