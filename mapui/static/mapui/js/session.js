// What every page of the staff needs: what is typed outlives the session, and its end is told.

import { signedOutWatch } from "./page/signed_out.js";
import { typedWatch } from "./page/typed.js";

typedWatch();
signedOutWatch();
