import { render } from "preact";
import { App } from "./shell/app.tsx";
import { applyTheme } from "./shell/theme.ts";
import "uplot/dist/uPlot.min.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/live.css";
import "./style/chart.css";
import "./style/simulate.css";

applyTheme();
const place = document.getElementById("page");
if (place !== null) render(<App />, place);
