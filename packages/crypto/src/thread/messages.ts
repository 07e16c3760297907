import type { KeyObject } from "node:crypto";

/** Work that node:crypto only does synchronously. */
export type Job =
  | { readonly kind: "rsa-raw"; readonly key: KeyObject; readonly block: Uint8Array }
  | { readonly kind: "open-key"; readonly data: Uint8Array; readonly pem: boolean; readonly password: string };

export interface JobRequest {
  readonly id: number;
  readonly job: Job;
}

/** `value` is missing when the work failed: why is not told. */
export interface JobReply {
  readonly id: number;
  readonly value?: Uint8Array | KeyObject;
}
