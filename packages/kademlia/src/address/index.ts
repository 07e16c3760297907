export { Address } from "./address.ts";
export { AddressBook, MAX_REMEMBERED_ADDRESSES } from "./address-book.ts";
export { type HostAndPort, parseHostAndPort } from "./host-and-port.ts";
