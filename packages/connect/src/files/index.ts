export { readBoundedFile } from "./bounded-file.ts";
