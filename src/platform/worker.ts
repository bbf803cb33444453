import {
  MessageChannel,
  type MessagePort,
  parentPort,
  Worker,
  workerData,
} from 'node:worker_threads'
import { present } from '../base/index.ts'

/** One end of a channel between threads: messages are structured clones, in order. */
export interface ThreadPort {
  /** `transfer`: buffers that move instead of being copied. */
  post(message: unknown, transfer: ArrayBuffer[]): void
  onMessage(listener: (message: unknown) => void): void
  /** The other end is gone: nothing comes any more. */
  onClose(listener: () => void): void
}

/** A thread that this one started. */
export interface Thread {
  /** Bulk traffic. */
  readonly data: ThreadPort
  /** The thread's own words: its start, its end, questions about it. */
  readonly control: ThreadPort
  /** Resolves with its exit code; rejects with the error that it died of. */
  readonly ended: Promise<number>
}

/** Runs a program on a thread of its own. `given` is handed over as a structured clone. */
export function startThread(program: URL, given: unknown): Thread {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(program, {
    workerData: { given, port: port2 },
    transferList: [port2],
    // Values and log entries live here: the default of a fraction of the memory is too little.
    resourceLimits: { maxOldGenerationSizeMb: 4096 },
  })
  const ended = new Promise<number>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', resolve)
  })
  const control: ThreadPort = {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => void worker.on('message', listener),
    onClose: (listener) => void worker.once('exit', listener),
  }
  return { data: portOf(port1), control, ended }
}

/** What the starter handed to this thread. */
export function thisThread(): { given: unknown; data: ThreadPort; control: ThreadPort } {
  const { given, port } = workerData as { given: unknown; port: MessagePort }
  return { given, data: portOf(port), control: portOf(present(parentPort, 'a parent thread')) }
}

function portOf(port: MessagePort): ThreadPort {
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.once('close', listener),
  }
}
