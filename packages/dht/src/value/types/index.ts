export { CERTIFICATE, CertificateValue } from "./certificate.ts";
export { DHT_MESSAGE, DhtMessage } from "./dht-message.ts";
export { ICE_CANDIDATES, IceCandidates } from "./ice-candidates.ts";
export { IM_MESSAGE, ImMessage } from "./im-message.ts";
export { INTERNET_SERVICE, IpServiceAnnouncement } from "./internet-service.ts";
export { STANDARD_TYPES } from "./standard-types.ts";
export { TRUST_REQUEST, TrustRequest } from "./trust-request.ts";
export { USER_DATA } from "./user-data.ts";
