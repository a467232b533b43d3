// What the work on one report needs beside the map or on a page of its own.

import { fillingWatch } from "./case/filling.js";
import { redactionWatch } from "./case/redaction.js";

fillingWatch();
redactionWatch();
