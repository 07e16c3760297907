/** What became of a push notification. The numbers are OpenDHT's. */
export const PushNotificationResult = {
  /** A permanent put was posted again, as the proxy was about to forget it. */
  PutRefresh: 0,
  /** A key was subscribed to again. */
  ListenRefresh: 1,
  /** Values were fetched, and listeners told. */
  Values: 2,
  /** Listeners were told that values are gone. */
  ValuesExpired: 3,
  /** It was meant for an earlier run. */
  IgnoredWrongSession: 0x80,
  /** It is about nothing that is listened to or put here. */
  IgnoredNoOp: 0x81,
  /** Nothing runs. */
  IgnoredStopped: 0x82,
  /** No proxy is in use. */
  IgnoredDisabled: 0x83,
  /** It says nothing. */
  Error: 0x84,
} as const;

export type PushNotificationResult = (typeof PushNotificationResult)[keyof typeof PushNotificationResult];
