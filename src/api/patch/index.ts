export {
  conversionText,
  type ParsedPatch,
  parsePatch,
  type PatchKind,
  patchKindOf,
} from './apply.ts'
export { PatchError } from './errors.ts'
export { applyJsonPatch, type JsonPatchOperation } from './json-patch.ts'
export { applyMergePatch } from './merge-patch.ts'
export { applyStrategicMerge } from './strategic-merge.ts'
