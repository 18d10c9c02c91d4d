/** The cluster cannot start; the message says what to do about it. */
export class ClusterError extends Error {}
