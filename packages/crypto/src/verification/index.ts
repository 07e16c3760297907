export {
  VERIFICATION_QUEUE_DEFAULTS,
  type VerificationOutcome,
  VerificationQueue,
  type VerificationQueueOptions,
  type VerificationQueueStats,
  type VerificationRequest,
} from "./verification-queue.ts";
