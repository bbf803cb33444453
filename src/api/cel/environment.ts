import { Functions } from './functions.ts'
import { authorization, jsonPatchKeys } from './lib/authorizer.ts'
import { conversions } from './lib/conversions.ts'
import { formats } from './lib/formats.ts'
import { lists } from './lib/lists.ts'
import { network } from './lib/network.ts'
import { operators } from './lib/operators.ts'
import { quantities } from './lib/quantity.ts'
import { versions } from './lib/semver.ts'
import { strings } from './lib/strings.ts'
import { urls } from './lib/url.ts'

/** Every function of Kubernetes' CEL (`apiserver/pkg/cel/environment`). */
export const kubernetesFunctions: Functions = new Functions([
  ...operators(),
  ...conversions(),
  ...strings(),
  ...lists(),
  ...urls(),
  ...quantities(),
  ...network(),
  ...versions(),
  ...formats(),
  ...authorization(),
  ...jsonPatchKeys(),
])
