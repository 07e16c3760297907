import { testExamples } from "../../../testing/readme-examples.ts";

testExamples("packages/crypto/README.md");
