// The reader of the API's schema: Swagger UI, which a classic script has loaded before this.

import { cookie } from "./dom.js";

const docs = document.getElementById("docs");

/** Prove to the API that a write by the session's cookie comes from this site. */
function withCsrfToken(request) {
  const token = cookie(docs.dataset.csrfCookie);
  if (token && new URL(request.url, location.href).origin === location.origin) {
    request.headers["X-CSRFToken"] = token;
  }
  return request;
}

// Swagger UI has two sets of colours and leaves it to its page to choose one.
const dark = matchMedia("(prefers-color-scheme: dark)");
const choose = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", choose);
choose();

SwaggerUIBundle({
  domNode: docs,
  url: docs.dataset.schemaUrl,
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  // Nothing is sent to a validator elsewhere.
  validatorUrl: null,
  requestInterceptor: withCsrfToken,
});
