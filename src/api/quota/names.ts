/** The name under which objects of any kind are counted: `count/deployments.apps`. */
export function countName({ group, plural }: { group: string; plural: string }): string {
  return group === '' ? `count/${plural}` : `count/${plural}.${group}`
}
