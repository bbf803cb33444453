/** Something of every kind of workload, come to rest by itself; in a namespace of its own. */
export const WORKLOADS = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {note: hello}}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: 'navarch/web:1'
        ports: [{containerPort: 80, name: http}]
        resources: {requests: {cpu: 100m, memory: 64Mi}}
        readinessProbe: {httpGet: {path: /, port: http}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: again}
spec:
  replicas: 2
  strategy: {type: Recreate}
  selector: {matchLabels: {app: again}}
  template:
    metadata: {labels: {app: again}}
    spec: {containers: [{name: main, image: 'navarch/web:1'}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: large}
spec:
  replicas: 1
  progressDeadlineSeconds: 2
  selector: {matchLabels: {app: large}}
  template:
    metadata: {labels: {app: large}}
    spec: {containers: [{name: main, image: 'navarch/web:1', resources: {requests: {cpu: 100}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {tier: front}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, publishNotReadyAddresses: true}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {ports: [{port: 80, name: a}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: outside, labels: {l: m}}
subsets:
- addresses: [{ip: 192.0.2.9, hostname: h1}, {ip: 192.0.2.10}]
  notReadyAddresses: [{ip: 192.0.2.11}]
  ports: [{name: a, port: 80}]
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  hostPath: {path: /srv/data}
  storageClassName: manual
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 3
  serviceName: db
  selector: {matchLabels: {app: db}}
  updateStrategy: {rollingUpdate: {partition: 1}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: main, image: navarch/web}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: parallel}
spec:
  replicas: 2
  podManagementPolicy: Parallel
  ordinals: {start: 3}
  serviceName: db
  selector: {matchLabels: {app: parallel}}
  template:
    metadata: {labels: {app: parallel}}
    spec: {containers: [{name: main, image: navarch/web}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: main, image: navarch/web}]}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old}
spec:
  replicas: 2
  selector: {app: old}
  template:
    metadata: {labels: {app: old}}
    spec: {containers: [{name: main, image: navarch/web}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: sum}
spec:
  completions: 3
  parallelism: 2
  completionMode: Indexed
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: navarch/job}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: suspended}
spec:
  suspend: true
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: navarch/job}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: late}
spec:
  activeDeadlineSeconds: 2
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: navarch/web}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: gone}
spec:
  ttlSecondsAfterFinished: 0
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: navarch/job}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: yearly}
spec:
  schedule: '0 0 1 1 *'
  jobTemplate:
    metadata: {labels: {l: a}, annotations: {n: b}}
    spec:
      template: {spec: {restartPolicy: Never, containers: [{name: main, image: navarch/job}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 3, selector: {matchLabels: {app: web}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: nobody}
spec: {maxUnavailable: 50%, selector: {matchLabels: {app: nobody}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 8
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: nothing}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: nothing}
  maxReplicas: 8
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: few}
spec: {hard: {count/jobs.batch: 20, pods: 60, services: 10}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: bound}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: manual
  resources: {requests: {storage: 1Gi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: classless}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: absent
  resources: {requests: {storage: 5Gi}}
---
apiVersion: v1
kind: Pod
metadata: {name: with-volume}
spec:
  containers: [{name: main, image: navarch/web}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: bound}}]
---
apiVersion: v1
kind: Pod
metadata: {name: without-claim}
spec:
  containers: [{name: main, image: navarch/web}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: absent}}]
---
apiVersion: v1
kind: Pod
metadata: {name: nowhere}
spec:
  nodeSelector: {a: b}
  containers: [{name: main, image: navarch/web}]
---
apiVersion: v1
kind: Pod
metadata: {name: gated}
spec:
  schedulingGates: [{name: example.com/g}]
  containers: [{name: main, image: navarch/web}]
---
apiVersion: v1
kind: Pod
metadata: {name: lonely}
spec:
  affinity:
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
      - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: nobody}}}
  containers: [{name: main, image: navarch/web}]
`
