export {
  generateEcIdentity,
  generateIdentity,
  generateNodeIdentity,
  type IdentityOptions,
  type NodeIdentity,
  type RsaIdentityOptions,
} from "./identity.ts";
export { type LoadOptions, loadIdentity, loadIdentityFiles, type SaveOptions, saveIdentity } from "./identity-files.ts";
