export {
  generateEcIdentity,
  generateIdentity,
  generateNodeIdentity,
  type IdentityOptions,
  type NodeIdentity,
  type RsaIdentityOptions,
} from "./identity.ts";
export {
  type LoadOptions,
  loadCertificate,
  loadIdentity,
  loadIdentityFiles,
  loadPrivateKey,
  type SaveOptions,
  saveIdentity,
} from "./identity-files.ts";
