export { type IceSelection, IceSession, type IceSessionOptions, type Path } from "./ice-session.ts";
