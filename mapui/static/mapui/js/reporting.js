// The script of the page on which a citizen reports. The page works without it, step by step.

import { passkeysShow } from "./page/passkey.js";
import { contactWatch } from "./report/contact.js";
import { onForm } from "./report/form.js";
import { meanwhileWatch } from "./report/meanwhile.js";
import { photosWatch } from "./report/photos.js";
import { placeReported } from "./report/place.js";
import { proofWatch } from "./report/proof.js";
import { stepsWatch } from "./report/steps.js";
import { unfinishedWatch } from "./report/unfinished.js";
import { waitingWatch } from "./report/waiting.js";

meanwhileWatch();
stepsWatch();
photosWatch();
proofWatch();
contactWatch();
unfinishedWatch();
onForm(passkeysShow);

waitingWatch();

Object.assign(globalThis.flurpost, { placeReported });
