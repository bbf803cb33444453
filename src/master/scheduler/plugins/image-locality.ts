import type { NodeInfo } from '../cache/node-info.ts'
import { MAX_NODE_SCORE, OK, type Plugin, type PodView, SKIP } from '../framework/types.ts'

const KEY = 'ImageLocality'
// kube-scheduler's bounds: less is not worth a difference, more per container makes none.
const MIB = 1024 * 1024
const MIN_BYTES = 23 * MIB
const MAX_CONTAINER_BYTES = 1000 * MIB

/** For each image that some node has: its name and on which share of the nodes it is. */
type Spread = ReadonlyMap<string, number>

/**
 * Prefers nodes that have the pod's images. An image counts by its size, scaled down while few
 * nodes have it, lest all of its pods end up on those.
 */
export const imageLocality: Plugin = {
  name: KEY,
  interests: [],
  preScore(state, pod, _nodes, { nodes, imageNodeCounts }) {
    if (imageNodeCounts.size === 0) return SKIP
    const spread = new Map<string, number>()
    for (const image of imagesOf(pod)) {
      const count = imageNodeCounts.get(image)
      if (count !== undefined) spread.set(image, count / nodes.length)
    }
    if (spread.size === 0) return SKIP
    state.set(KEY, spread satisfies Spread)
    return OK
  },
  score(state, pod, node) {
    const images = imagesOf(pod)
    const bytes = presentBytes(images, node, state.get(KEY) as Spread)
    const maxBytes = MAX_CONTAINER_BYTES * images.length
    const counted = Math.min(Math.max(bytes, MIN_BYTES), maxBytes)
    return Math.floor((MAX_NODE_SCORE * (counted - MIN_BYTES)) / (maxBytes - MIN_BYTES))
  },
}

function presentBytes(images: readonly string[], node: NodeInfo, spread: Spread): number {
  let sum = 0
  for (const image of images) {
    sum += Math.floor((node.images.get(image) ?? 0) * (spread.get(image) ?? 0))
  }
  return sum
}

function imagesOf({ spec }: PodView): string[] {
  return [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) =>
    withTag(image ?? ''),
  )
}

/** Nodes tell images with their tag; pods may leave `latest` away. */
function withTag(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image
}
