export { createFile, replaceFile } from "./whole-file.ts";
