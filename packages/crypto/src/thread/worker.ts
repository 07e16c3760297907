// Runs in a thread of its own; see crypto-thread.ts.
import { constants, createPrivateKey, type KeyObject, privateDecrypt } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { Job, JobReply, JobRequest } from "./messages.ts";

parentPort?.on("message", ({ id, job }: JobRequest) => {
  let reply: JobReply;
  try {
    reply = { id, value: run(job) };
  } catch {
    reply = { id };
  }
  parentPort?.postMessage(reply);
});

function run(job: Job): Uint8Array | KeyObject {
  switch (job.kind) {
    case "rsa-raw":
      return privateDecrypt({ key: job.key, padding: constants.RSA_NO_PADDING }, job.block);
    case "open-key": {
      const key = Buffer.from(job.data);
      return job.pem
        ? createPrivateKey({ key, format: "pem", passphrase: job.password })
        : createPrivateKey({ key, format: "der", type: "pkcs8", passphrase: job.password });
    }
  }
}
