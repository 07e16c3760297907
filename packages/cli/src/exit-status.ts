/** What the exit status of every command means. */
export const ExitStatus = {
  done: 0,
  wrongUse: 1,
  /** A port, a file or a key stood in the way. */
  couldNotStart: 2,
  noNetwork: 3,
  nothingFound: 4,
  refusedByPeer: 5,
  timedOut: 6,
  interrupted: 130,
} as const;

export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];
