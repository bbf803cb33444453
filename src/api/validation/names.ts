/**
 * What Kubernetes accepts as names (apimachinery `util/validation`). Each check returns what is
 * wrong, in upstream's words; nothing when the value is fine.
 */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const CONFIG_KEY = '[-._a-zA-Z0-9]+'
const PERCENT = '[0-9]+%'
const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*'

const whole = (pattern: string) => new RegExp(`^${pattern}$`)
const isLabel = whole(LABEL)
const isSubdomain = whole(SUBDOMAIN)
const isLabel1035 = whole(LABEL_1035)
const isQualified = whole(QUALIFIED)
const isLabelValue = whole(`(${QUALIFIED})?`)
const isConfigKey = whole(CONFIG_KEY)
const isPercent = whole(PERCENT)
const isCIdentifier = whole(C_IDENTIFIER)

export const MAX_LABEL_LENGTH = 63
export const MAX_SUBDOMAIN_LENGTH = 253

export function maxLengthError(max: number): string {
  return `must be no more than ${max} characters`
}

/** A fault's text with the pattern and examples behind it. */
export function patternError(message: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`
  const shown = examples.map((example) => `'${example}', `).join(' or ')
  return `${message} (e.g. ${shown}regex used for validation is '${pattern}')`
}

export const EMPTY_ERROR = 'must be non-empty'

/** A host name's part: pod names in DNS, containers, volumes. */
export function dns1123LabelErrors(value: string): string[] {
  const errors: string[] = []
  if (value.length > MAX_LABEL_LENGTH) errors.push(maxLengthError(MAX_LABEL_LENGTH))
  if (!isLabel.test(value)) {
    if (isSubdomain.test(value)) errors.push('must not contain dots')
    else {
      const message =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', " +
        'and must start and end with an alphanumeric character'
      errors.push(patternError(message, LABEL, 'my-name', '123-abc'))
    }
  }
  return errors
}

/** A host name: the names of most objects. */
export function dns1123SubdomainErrors(value: string): string[] {
  const errors: string[] = []
  if (value.length > MAX_SUBDOMAIN_LENGTH) errors.push(maxLengthError(MAX_SUBDOMAIN_LENGTH))
  if (!isSubdomain.test(value)) {
    const message =
      'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, ' +
      "'-' or '.', and must start and end with an alphanumeric character"
    errors.push(patternError(message, SUBDOMAIN, 'example.com'))
  }
  return errors
}

/** A label that starts with a letter: the names of services. */
export function dns1035LabelErrors(value: string): string[] {
  const errors: string[] = []
  if (value.length > MAX_LABEL_LENGTH) errors.push(maxLengthError(MAX_LABEL_LENGTH))
  if (!isLabel1035.test(value)) {
    const message =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an " +
      'alphabetic character, and end with an alphanumeric character'
    errors.push(patternError(message, LABEL_1035, 'my-name', 'abc-123'))
  }
  return errors
}

const QUALIFIED_MESSAGE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
  'alphanumeric character'

/** `name` or `prefix.example.com/name`: keys of labels, annotations, resources, taints. */
export function qualifiedNameErrors(value: string): string[] {
  const examples = ['MyName', 'my.name', '123-abc']
  const parts = value.split('/')
  if (parts.length > 2) {
    const text = patternError(QUALIFIED_MESSAGE, QUALIFIED, ...examples)
    return [
      `a qualified name ${text} with an optional DNS subdomain prefix and '/' ` +
        "(e.g. 'example.com/MyName')",
    ]
  }
  const errors: string[] = []
  if (parts.length === 2) {
    const prefix = parts[0] ?? ''
    if (prefix === '') errors.push(`prefix part ${EMPTY_ERROR}`)
    else errors.push(...dns1123SubdomainErrors(prefix).map((e) => `prefix part ${e}`))
  }
  const name = parts.at(-1) ?? ''
  if (name === '') errors.push(`name part ${EMPTY_ERROR}`)
  else if (name.length > MAX_LABEL_LENGTH) {
    errors.push(`name part ${maxLengthError(MAX_LABEL_LENGTH)}`)
  }
  if (!isQualified.test(name)) {
    errors.push(`name part ${patternError(QUALIFIED_MESSAGE, QUALIFIED, ...examples)}`)
  }
  return errors
}

export function labelValueErrors(value: string): string[] {
  const errors: string[] = []
  if (value.length > MAX_LABEL_LENGTH) errors.push(maxLengthError(MAX_LABEL_LENGTH))
  if (!isLabelValue.test(value)) {
    const message =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or " +
      "'.', and must start and end with an alphanumeric character"
    errors.push(patternError(message, `(${QUALIFIED})?`, 'MyValue', 'my_value', '12345'))
  }
  return errors
}

/** A key of a ConfigMap's or Secret's data: it may become a file's name. */
export function configMapKeyErrors(value: string): string[] {
  const errors: string[] = []
  if (value.length > MAX_SUBDOMAIN_LENGTH) errors.push(maxLengthError(MAX_SUBDOMAIN_LENGTH))
  if (!isConfigKey.test(value)) {
    const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    errors.push(patternError(message, CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'))
  }
  errors.push(...parentFolderErrors(value))
  return errors
}

function parentFolderErrors(value: string): string[] {
  if (value === '.') return ["must not be '.'"]
  if (value === '..') return ["must not be '..'"]
  if (value.startsWith('..')) return ["must not start with '..'"]
  return []
}

/** A name of a C identifier's shape. */
export function cIdentifierErrors(value: string): string[] {
  if (isCIdentifier.test(value)) return []
  const message =
    "a valid C identifier must start with alphabetic character or '_', followed by a string of " +
    "alphanumeric characters or '_'"
  return [patternError(message, C_IDENTIFIER, 'my_name', 'MY_NAME', 'MyName')]
}

/** Environment variables: any printable ASCII but `=` (since Kubernetes 1.32). */
export function envVarNameErrors(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty']
  if (/^[ -<>-~]+$/.test(value)) return []
  const message =
    'a valid environment variable name must consist only of printable ASCII ' +
    "characters other than '='"
  return [patternError(message, '^[ -<>-~]+$', 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1')]
}

export function percentErrors(value: string): string[] {
  if (isPercent.test(value)) return []
  const message = "a valid percent string must be a numeric string followed by an ending '%'"
  return [patternError(message, PERCENT, '1%', '93%')]
}

export function portNumberErrors(value: number): string[] {
  return value >= 1 && value <= 65535 ? [] : [rangeError(1, 65535)]
}

export function rangeError(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`
}

const MAX_PORT_NAME_LENGTH = 15

/** A port's name (RFC 6335 §5.1): at most 15 of a-z, 0-9 and single hyphens, with one letter. */
export function portNameErrors(value: string): string[] {
  const errors: string[] = []
  if (value.length > MAX_PORT_NAME_LENGTH) errors.push(maxLengthError(MAX_PORT_NAME_LENGTH))
  if (!/^[-a-z0-9]+$/.test(value)) {
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)')
  if (value.includes('--')) errors.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) {
    errors.push('must not begin or end with a hyphen')
  }
  return errors
}

/** One part of a URL's path, such as the name of a kind or metric. */
export function pathSegmentErrors(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%'].filter((c) => value.includes(c)).map((c) => `may not contain '${c}'`)
}

const WILDCARD_SUBDOMAIN = `\\*\\.${SUBDOMAIN}`
const isWildcardSubdomain = whole(WILDCARD_SUBDOMAIN)

/** A host name whose first label is an asterisk. */
export function wildcardSubdomainErrors(value: string): string[] {
  if (isWildcardSubdomain.test(value)) return []
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, " +
    "which must consist of lower case alphanumeric characters, '-' or '.' and end with an " +
    'alphanumeric character'
  return [patternError(message, WILDCARD_SUBDOMAIN, '*.example.com')]
}
