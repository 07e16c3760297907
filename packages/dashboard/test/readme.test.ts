import { testExamples } from "../../../testing/readme-examples.ts";

testExamples("packages/dashboard/README.md");
