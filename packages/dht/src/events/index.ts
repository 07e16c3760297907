export { TypedEventTarget } from "./typed-event-target.ts";
