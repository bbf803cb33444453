/** What admission and allocation add: absent here, never different. */
const addedLater = [
  /^spec\.(?:initC|c)ontainers\.\d+\.volumeMounts(?:\.\d+)?$/,
  /^spec\.volumes(?:\.\d+)?$/,
  /^spec\.(?:tolerations|taints)(?:\.\d+)?$/,
  /^spec\.(?:serviceAccountName|serviceAccount|priority|preemptionPolicy)$/,
  /^spec\.(?:clusterIPs?|ipFamilies|ipFamilyPolicy|healthCheckNodePort)$/,
  /^spec\.ports\.\d+\.nodePort$/,
]

/** What the server sets beyond the strategies. */
const SET_BY_SERVER = new Set([
  'metadata.uid',
  'metadata.resourceVersion',
  'metadata.creationTimestamp',
  'metadata.managedFields',
  'metadata.generateName',
  'metadata.name',
])

/** Where an object differs from the recorded one, but for what is not the strategies' to set. */
export function differences(id: string, actual: unknown, expected: unknown, path = ''): string[] {
  if (SET_BY_SERVER.has(path)) return []
  if (typeof expected === 'string' && /^<\w+>$/.test(expected) && actual !== undefined) return []
  if (!isObject(actual) || !isObject(expected)) {
    const same = JSON.stringify(actual) === JSON.stringify(expected)
    if (actual === undefined && addedLater.some((pattern) => pattern.test(path))) return []
    const show = (value: unknown) => (value === undefined ? 'absent' : JSON.stringify(value))
    return same ? [] : [`${id} ${path}: expected ${show(expected)}, got ${show(actual)}`]
  }
  const keys = new Set([...Object.keys(actual), ...Object.keys(expected)])
  return [...keys].flatMap((key) =>
    differences(id, actual[key], expected[key], path === '' ? key : `${path}.${key}`),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
