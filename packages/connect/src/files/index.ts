export { writeFileAtomically } from "./atomic-file.ts";
export { readBoundedFile } from "./bounded-file.ts";
