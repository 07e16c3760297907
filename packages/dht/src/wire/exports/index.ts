export { decodeNodes, encodeNodes } from "./nodes-export.ts";
export { decodeStateFile, encodeStateFile, type SavedState } from "./state-file.ts";
export { decodeValues, type ExportedValue, encodeValues, type ValuesExport } from "./values-export.ts";
