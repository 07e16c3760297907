export { type RandomSource, randomBelow, randomId64, uniform } from "./random-source.ts";
export { SeededRandom } from "./seeded-random.ts";
export { SystemRandom, systemRandom } from "./system-random.ts";
