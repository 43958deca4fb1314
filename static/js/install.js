// The install's own pages: checks of fields, toasts, busy buttons, passkeys.
import * as passkeys from "./passkeys.js";
import * as small from "./small.js";
import * as toast from "./toast.js";
import * as validate from "./validate.js";

for (const part of [validate, toast, small, passkeys]) part.start();
