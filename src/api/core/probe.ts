import {
  int32,
  int64,
  intOrString,
  list,
  ref,
  string,
  struct,
  type TypeOf,
} from '../schema/index.ts'

export const ExecAction = struct(
  'io.k8s.api.core.v1.ExecAction',
  'Runs a command in the container.',
  {
    command: list(1, string, 'The command with its arguments, no shell around it.').atomic(),
  },
)
export interface ExecAction extends TypeOf<typeof ExecAction> {}

export const HTTPHeader = struct('io.k8s.api.core.v1.HTTPHeader', 'A header of an HTTP request.', {
  name: string(1, 'Name of the header.').required(),
  value: string(2, 'Its value.').required(),
})
export interface HTTPHeader extends TypeOf<typeof HTTPHeader> {}

export const HTTPGetAction = struct(
  'io.k8s.api.core.v1.HTTPGetAction',
  'Sends an HTTP GET request.',
  {
    path: string(1, 'Path to ask for.'),
    port: intOrString(2, 'Number or name of the port.').required().written(),
    host: string(3, "Host to connect to; the pod's address if empty."),
    scheme: string(4, '`HTTP` or `HTTPS`.').named('v1.URIScheme'),
    httpHeaders: list(5, HTTPHeader, 'Headers to send; names may repeat.').atomic(),
  },
)
export interface HTTPGetAction extends TypeOf<typeof HTTPGetAction> {}

export const SleepAction = struct('io.k8s.api.core.v1.SleepAction', 'Waits.', {
  seconds: int64(1, 'How long.').required(),
})
export interface SleepAction extends TypeOf<typeof SleepAction> {}

export const TCPSocketAction = struct(
  'io.k8s.api.core.v1.TCPSocketAction',
  'Opens a TCP connection.',
  {
    port: intOrString(1, 'Number or name of the port.').required().written(),
    host: string(2, "Host to connect to; the pod's address if empty."),
  },
)
export interface TCPSocketAction extends TypeOf<typeof TCPSocketAction> {}

export const LifecycleHandler = struct(
  'io.k8s.api.core.v1.LifecycleHandler',
  'What is done: one of these.',
  {
    exec: ref(1, ExecAction, 'Runs a command in the container.'),
    httpGet: ref(2, HTTPGetAction, 'Sends an HTTP request.'),
    tcpSocket: ref(3, TCPSocketAction, 'Kept for old objects; does nothing.'),
    sleep: ref(4, SleepAction, 'Waits.'),
  },
)
export interface LifecycleHandler extends TypeOf<typeof LifecycleHandler> {}

export const Lifecycle = struct(
  'io.k8s.api.core.v1.Lifecycle',
  "What runs at both ends of a container's life.",
  {
    postStart: ref(
      1,
      LifecycleHandler,
      'Runs right after the start; if it fails, the container is ended.',
    ),
    preStop: ref(
      2,
      LifecycleHandler,
      'Runs before the container is told to end, within the grace period.',
    ),
    stopSignal: string(
      3,
      "Signal that tells the container to end; the image's own by default.",
    ).nullable(),
  },
)
export interface Lifecycle extends TypeOf<typeof Lifecycle> {}

export const GRPCAction = struct(
  'io.k8s.api.core.v1.GRPCAction',
  'Asks the gRPC health service of the container.',
  {
    port: int32(1, 'Port of the service, 1 to 65535.').required(),
    service: string(2, 'Name to ask for; the whole server if empty.').nullable().written(),
  },
)
export interface GRPCAction extends TypeOf<typeof GRPCAction> {}

export const Probe = struct(
  'io.k8s.api.core.v1.Probe',
  'A question that is asked again and again: one of four ways to ask.',
  {
    exec: ref(1, ExecAction, 'Runs a command; 0 is well.').inlinedAt(1),
    httpGet: ref(2, HTTPGetAction, 'Sends an HTTP request; 200 to 399 is well.').inlinedAt(1),
    tcpSocket: ref(3, TCPSocketAction, 'Opens a connection.').inlinedAt(1),
    grpc: ref(4, GRPCAction, 'Asks the gRPC health service.').inlinedAt(1),
    initialDelaySeconds: int32(2, 'How long after the start the first question is asked.'),
    timeoutSeconds: int32(3, 'How long an answer may take; 1 s by default.'),
    periodSeconds: int32(4, 'How often it is asked; every 10 s by default.'),
    successThreshold: int32(5, 'How many successes in a row count; 1 by default.'),
    failureThreshold: int32(6, 'How many failures in a row count; 3 by default.'),
    terminationGracePeriodSeconds: int64(
      7,
      "How long the container has to end if the probe fails; the pod's own if absent.",
    ).nullable(),
  },
)
export interface Probe extends TypeOf<typeof Probe> {}
