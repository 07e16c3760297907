export { aesBuildEncrypted, aesDecrypt, aesEncrypt, aesGetEncrypted, aesGetKey, aesGetSalt } from "./aes.ts";
export { type StretchedKey, stretchKey } from "./stretch-key.ts";
export { type WebPushOptions, type WebPushSubscription, webPushEncrypt } from "./web-push.ts";
