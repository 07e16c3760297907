import { playground } from "./playground.ts";

process.exitCode = await playground(process);
