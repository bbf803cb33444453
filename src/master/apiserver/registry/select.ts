import {
  checkFieldSelector,
  parseFieldSelector,
  parseSelector,
  type Resource,
  SelectorError,
} from '../../../api/index.ts'
import type { ObjectRevision } from '../object-revision.ts'
import { statusErrors } from '../status.ts'

/** What a list or watch is narrowed to. */
export interface Selection {
  /** Nothing is left out. */
  readonly everything: boolean
  readonly matches: (object: Pick<ObjectRevision, 'attributes'>) => boolean
}

/** Reads the selectors of a request. Throws 400 with the parser's text. */
export function parseSelection(
  resource: Resource,
  selectors: { labelSelector: string; fieldSelector: string; name?: string },
): Selection {
  try {
    const labels = parseSelector(selectors.labelSelector)
    const fields = parseFieldSelector(selectors.fieldSelector)
    checkFieldSelector(resource, fields)
    if (selectors.name) {
      fields.push({ field: 'metadata.name', operator: '=', value: selectors.name })
    }
    const anyLabels = labels.requirements.length === 0
    if (anyLabels && fields.length === 0) return { everything: true, matches: () => true }
    const matches = (object: Pick<ObjectRevision, 'attributes'>) => {
      const { attributes } = object
      for (const { field, operator, value } of fields) {
        if ((attributes.fields[field] === value) !== (operator === '=')) return false
      }
      return anyLabels || labels.matches(attributes.labels)
    }
    return { everything: false, matches }
  } catch (error) {
    if (error instanceof SelectorError) throw statusErrors.badRequest(error.message)
    throw error
  }
}
