export { type RandomSource, randomBytes, uniform } from "./random-source.ts";
