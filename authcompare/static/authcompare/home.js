// The home page: the right column's flow, and the left column's extras.

import "./countdown.js";
import "./password.js";
import { TokenColumn } from "./column.js";
import { enhance } from "./sessions.js";

enhance(document.querySelector("[data-sessions]"));
new TokenColumn(document.querySelector("[data-tokens]")).start();
