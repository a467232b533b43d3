// What every page of the staff needs: what is typed outlives the session, and its end is told.

import { filledWatch } from "./page/filled.js";
import { signedOutWatch } from "./page/signed_out.js";
import { typedWatch } from "./page/typed.js";

typedWatch();
filledWatch();
signedOutWatch();
