// What the work on one report needs beside the map or on a page of its own.

import { redactionWatch } from "./case/redaction.js";

redactionWatch();
