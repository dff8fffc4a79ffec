// The right column: what the token client does, shown.

import { showAnatomy } from "./anatomy.js";
import { tick } from "./countdown.js";
import { fill, fillTime, report, slot, whileBusy } from "./dom.js";
import { shortened, showExchanges } from "./exchange.js";
import { ApiError } from "./http.js";
import { claims, parts } from "./jwt.js";
import {
  CookieStorage,
  LocalStorage,
  MemoryStorage,
  STORAGE_KEY,
  hasLocalStorage,
  stored,
} from "./storage.js";
import { TokenClient } from "./tokens.js";

// What is said of each way to keep the tokens.
const WORDS = {
  memory: {
    storage: "both in this page’s memory",
    sent: "",
    readable: "Yes.",
    theft: "Nothing is stored, but a hostile script in this page could catch both as they are sent.",
    store: "localStorage",
  },
  local: {
    storage: "both in localStorage",
    sent: "",
    readable: "Yes.",
    theft: "Any script that ever runs on this site can copy both and use them from anywhere.",
    store: "localStorage",
  },
  cookie: {
    storage:
      "the access token in this page’s memory, where script can read it, the refresh token in a " +
      "cookie out of its reach",
    sent:
      "The browser adds the refresh token’s cookie to every request. Only renewal and log-out read " +
      "it there, and those two demand a CSRF token.",
    readable: "The access token only.",
    theft:
      "A hostile script in this page could catch it as it is sent, and renew while the page is " +
      "open, but not take the refresh token away.",
    store: "document.cookie",
  },
};
// Those that may outlive a page, and what their log-ins are resumed from.
const RESUMABLE = { local: "from localStorage", cookie: "by cookie" };

/** Runs the column `root`: the form while logged out, the facts and buttons while logged in. */
export class TokenColumn {
  #root;
  #client;
  #storages;
  #kind = "memory";
  #user = null;
  #exchanges = [];

  constructor(root) {
    this.#root = root;
    const { logInUrl, refreshUrl, verifyUrl, logOutUrl, meUrl } = root.dataset;
    const { refreshCookie, csrfCookie } = root.dataset;
    this.#storages = {
      memory: new MemoryStorage(),
      local: new LocalStorage(),
      cookie: new CookieStorage({ refresh: refreshCookie, csrf: csrfCookie }),
    };
    this.#client = new TokenClient({
      urls: { logIn: logInUrl, refresh: refreshUrl, verify: verifyUrl, logOut: logOutUrl, me: meUrl },
      storage: this.#storages.memory,
      record: (exchange) => this.#exchanges.push(exchange),
    });
  }

  /** Listen to the buttons and to other tabs; go on with a log-in that an earlier page left. */
  start() {
    const form = slot(this.#root, "form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run(() => this.#logIn(form));
    });
    form.elements["storage-local"].disabled = !hasLocalStorage();
    this.#on("call", () => this.#call());
    this.#on("renew", () => this.#renew());
    this.#on("verify", () => this.#verify());
    this.#on("log-out", () => this.#logOut());
    for (const kind of Object.keys(RESUMABLE)) {
      this.#storages[kind].onChange(() => this.#otherTab(kind));
    }
    const left = Object.keys(RESUMABLE).find((kind) => this.#storages[kind].isResumable());
    if (left) this.#resume(left);
    else this.#show();
  }

  #on(action, handler) {
    const button = this.#root.querySelector(`[data-action=${action}]`);
    button.addEventListener("click", () => this.#run(handler));
  }

  #use(kind) {
    this.#kind = kind;
    this.#client.storage = this.#storages[kind];
  }

  // --- What the buttons do: each returns the sentence that reports it

  async #logIn(form) {
    this.#clearErrors(form);
    const { email, password, remember, storage } = form.elements;
    this.#use(storage.value);
    await this.#client.logIn(email.value, password.value, remember.checked);
    form.reset(); // The password stays no longer than it is needed.
    this.#user = await this.#client.me();
    return `Logged in as ${this.#name()}.`;
  }

  async #call() {
    const { access } = this.#client.pair;
    this.#user = await this.#client.me();
    const renewed = this.#client.pair.access !== access;
    const how = renewed ? " The access token was refused, so the client renewed and called again." : "";
    return `The API knows you as ${this.#name()}, via ${this.#user.via}.${how}`;
  }

  async #renew() {
    await this.#client.refresh();
    return "Renewed: two new tokens, and the refresh token before is spent.";
  }

  async #verify() {
    await this.#client.verify();
    return "Verified: the API would accept this access token now.";
  }

  async #logOut() {
    await this.#client.logOut();
    return "Logged out: the log-in is over, and both tokens with it.";
  }

  // --- Around them

  async #run(action) {
    const before = this.#client.pair;
    await this.#perform(action);
    // What had the focus is gone with its panel; the column's heading is where both begin.
    if (Boolean(before) !== Boolean(this.#client.pair)) this.#focusHeading();
  }

  async #perform(action) {
    this.#exchanges = [];
    await whileBusy(this.#root, async () => {
      try {
        report(this.#root, await action());
      } catch (error) {
        this.#failed(error);
      }
      showExchanges(this.#root, this.#exchanges);
    });
    this.#show();
  }

  #failed(error) {
    if (!(error instanceof ApiError)) throw error;
    report(this.#root, "");
    if (this.#client.pair) report(this.#root, error.message, { failed: true });
    else this.#showErrors({ message: `${error.message}${this.#hope()}`, fields: error.fields });
  }

  // Not refused, only not answered: the log-in and its cookie are as good as before.
  #hope() {
    const goesOn = this.#client.storage.isResumable();
    return goesOn ? " Your log-in goes on: reload the page to come back to it." : "";
  }

  async #resume(kind) {
    this.#use(kind);
    if (this.#client.pair) this.#show();
    await this.#perform(async () => {
      await this.#client.resume();
      this.#user = await this.#client.me();
      return `Resumed ${RESUMABLE[kind]} as ${this.#name()}.`;
    });
  }

  // Another tab renewed, logged out, or logged in after that, perhaps as somebody else.
  #otherTab(kind) {
    if (kind !== this.#kind) return;
    this.#forgetStranger();
    if (this.#client.storage.isResumable() && !this.#user) {
      this.#resume(kind);
      return;
    }
    if (!this.#client.pair) {
      showExchanges(this.#root, []);
      report(this.#root, "Logged out in another tab.");
    }
    this.#show();
  }

  // Whoever was shown here is not whom the tokens now name.
  #forgetStranger() {
    const { pair } = this.#client;
    if (!pair || claims(pair.access).sub !== this.#user?.id) this.#user = null;
  }

  #name() {
    return this.#user.name || this.#user.email;
  }

  #focusHeading() {
    this.#root.querySelector("h2").focus({ preventScroll: true });
    this.#root.scrollIntoView({ block: "nearest" });
  }

  // --- What is seen

  #show() {
    const { pair } = this.#client;
    this.#forgetStranger();
    slot(this.#root, "logged-out").hidden = Boolean(pair);
    slot(this.#root, "logged-in").hidden = !pair;
    if (pair) this.#showPair(pair);
    showAnatomy(pair?.access);
  }

  #showPair(pair) {
    const { header, claims: said, signature } = parts(pair.access);
    const [access, refresh] = [claims(pair.access), pair.refresh && claims(pair.refresh)];
    fill(this.#root, {
      ...WORDS[this.#kind],
      name: this.#user?.name ?? "",
      email: this.#user?.email ?? "",
      via: this.#user ? `via ${this.#user.via}` : "not asked yet",
      "part-header": `${header}.`,
      "part-claims": `${said}.`,
      "part-signature": signature,
      "refresh-size": refresh ? ` (${pair.refresh.length} characters)` : "",
      sid: access.sid,
      renewed: refresh ? times(refresh.gen) : "as the refresh token says, out of sight",
      "access-short": shortened(pair.access),
      "header-length": `Authorization: Bearer ${pair.access}`.length,
      stored: visible(this.#kind),
    });
    slot(this.#root, "refresh-cookie").hidden = this.#kind !== "cookie";
    fillTime(slot(this.#root, "last-seen"), new Date((refresh ?? access).iat * 1000));
    this.#showEnd("access", pair.access_expires_at, "over: the next call renews it");
    this.#showEnd("refresh", pair.refresh_expires_at, "over: log in again");
    tick(this.#root);
  }

  #showEnd(token, moment, over) {
    fillTime(slot(this.#root, `${token}-ends`), new Date(moment));
    const { dataset } = slot(this.#root, `${token}-countdown`);
    dataset.countdown = moment;
    dataset.over = over;
  }

  // --- The form's errors

  #showErrors({ message, fields }) {
    const summary = slot(this.#root, "form-error");
    summary.textContent = message;
    summary.hidden = false;
    for (const [name, messages] of Object.entries(fields)) this.#showFieldError(name, messages);
  }

  #showFieldError(name, messages) {
    const field = this.#root.querySelector(`[data-field="${name}"]`);
    if (!field) return;
    const [list, input] = [field.querySelector(".errorlist"), field.querySelector("input")];
    list.replaceChildren(...messages.map(item));
    list.hidden = false;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", list.id);
  }

  #clearErrors(form) {
    slot(this.#root, "form-error").hidden = true;
    for (const list of form.querySelectorAll(".errorlist")) list.hidden = true;
    for (const input of form.querySelectorAll("[aria-invalid]")) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
  }
}

function item(text) {
  const element = document.createElement("li");
  element.textContent = text;
  return element;
}

function times(count) {
  return count === 1 ? "once" : `${count} times`;
}

// What a script of the site gets to see of the log-in without waiting for a request.
function visible(kind) {
  if (kind === "cookie") return document.cookie || "nothing";
  const text = stored(STORAGE_KEY);
  return text ? `${STORAGE_KEY}: ${text.slice(0, 60)}… (${text.length} characters)` : "nothing";
}
