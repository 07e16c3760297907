// `npm run build`: makes the clone ready to run, and that is all.
import { setUp } from "./set-up.js";

await setUp();
