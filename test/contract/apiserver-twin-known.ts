interface Known {
  readonly why: string
  /** Of the names of cases: `pods create spec.hostUsers=false`. */
  readonly cases: RegExp
}

/** Fields that 1.32 drops, and versions since do not. */
const SINCE = [
  /clusterTrustBundle|[vV]olumeAttributes|modifyVolumeStatus|\.image\.(reference|pullPolicy)/,
  /resources\.claims|resizePolicy|procMount|supplementalGroupsPolicy|seLinuxChangePolicy/,
  /^pods \w+ spec\.(hostUsers|resourceClaims|resources)|status\.(resize|features|runtimeHandlers)/,
  /dataSourceRef\.namespace|rollingUpdate\.maxUnavailable|trafficDistribution/,
  /status\.(init|ephemeralC|c)ontainerStatuses\[0\]\.(user|allocatedResources|resources)/,
]

/** What a kube-apiserver 1.32 answers otherwise, and why that stays so. */
export const KNOWN_IN_CORE: readonly Known[] = [
  ...SINCE.map((cases) => ({ why: 'what 1.32 drops, and versions since do not', cases })),
  {
    why: 'a map or list that is given empty is told from one that is not there in Go only',
    cases: /=(\[\]|\{\})$/,
  },
  {
    why: 'the same of lists that must be there: without them an empty one is shown, or noted',
    cases:
      /\.(rules|monitors|limits) absent$|^limitranges \w+ (metadata|spec)( absent|=null)$|^limitranges update spec\.limits\[0\]\.type="x.io\/y"$|^statefulsets \w+ spec\.template\.spec( absent|=null)$|^jobs update spec(\.template(\.spec)?)?( absent|=null)$/,
  },
  {
    why: 'which of two like items was added may be told in either way',
    cases: /^persistentvolumeclaims update spec\.accessModes twice$/,
  },
  {
    why: 'the conversion between versions carries its annotation only',
    cases: /^horizontalpodautoscalers \w+ status\.currentCPUUtilizationPercentage/,
  },
  {
    why: 'names of resources are quoted in one of two messages',
    cases: /^horizontalpodautoscalers \w+ spec\.metrics\[0\]\.containerResource\.name=/,
  },
]
