/** Where the process is in its life; set by whoever starts and stops it. */
export interface Lifecycle {
  /** Only `ready` welcomes requests; those that come while `draining` are answered all the same, as long as they can be. */
  phase: 'starting' | 'ready' | 'draining'
}
