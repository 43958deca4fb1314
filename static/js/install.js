// The install's own pages: checks of fields, toasts, busy buttons.
import * as small from "./small.js";
import * as toast from "./toast.js";
import * as validate from "./validate.js";

for (const part of [validate, toast, small]) part.start();
