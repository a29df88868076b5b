// The page: files in, progress, the review; nothing is kept here but the id of the audit, in the address.

import { Problem, finished, formOf, json, request, token, upload } from "./api.js";
import { el, say, the } from "./dom.js";
import { reviewNodes } from "./review.js";

const limits = document.body.dataset;
let current = null;
let stopping = null;

function show(...ids) {
  for (const id of ["start", "let-in", "progress", "review"]) the(id).hidden = !ids.includes(id);
}

function trouble(problem) {
  const box = the("trouble");
  box.hidden = !problem;
  if (!problem) return;
  box.replaceChildren(el("h2", {}, problem.title ?? "Something went wrong"), el("p", {}, problem.message));
  box.scrollIntoView({ block: "center" });
}

function stage(text, part) {
  the("stage").textContent = text;
  if (part === undefined) the("bar").removeAttribute("value");
  else the("bar").value = part;
}

/** Run an audit that `begin` starts, and show it. */
async function run(begin, words) {
  trouble(null);
  stage(words);
  show("progress");
  stopping = new AbortController();
  try {
    const audit = await begin(stopping.signal);
    current = audit.id;
    history.replaceState(null, "", `#audit=${audit.id}`);
    review(await finished(audit, (text) => stage(`${text} …`)), true);
  } catch (problem) {
    failed(problem);
  } finally {
    stopping = null;
  }
}

function failed(problem) {
  if (!(problem instanceof Problem)) console.error(problem);
  if (problem.status === 401) return ask();
  if (the("review").hidden || problem.status === 404) home();
  trouble(problem instanceof Problem ? problem : new Problem(0, "A defect of this page", String(problem)));
}

function home() {
  current = null;
  history.replaceState(null, "", location.pathname);
  the("review").replaceChildren();
  show("start");
}

function review(audit, first) {
  trouble(null);
  const place = window.scrollY;
  const focused = document.activeElement?.id;
  the("review").replaceChildren(...reviewNodes(audit, { forget, failed, tooMuch, changed: (next) => review(next, false) }));
  show("review");
  document.title = "fwproof: review";
  if (first) the("verdict-title").focus();
  else {
    window.scrollTo(0, place);
    if (focused) the(focused)?.focus({ preventScroll: true });
  }
  say(audit.review.verdict.text);
}

async function forget() {
  const id = current;
  stopping?.abort();
  home();
  the("main").focus();
  try {
    if (id) await request("DELETE", `/audits/${id}`);
    say("Forgotten: the server holds nothing of it any more.");
  } catch (problem) {
    if (problem.status !== 404) failed(problem);
  }
}

/** What is wrong with a choice of files before anything is sent; null when nothing is. */
function tooMuch(list) {
  const large = list.find((file) => file.size > Number(limits.fileSize));
  if (list.length > Number(limits.files)) return new Problem(413, "Too many files", `At most ${limits.files} at once: put them into one zip archive.`);
  return large ? new Problem(413, "Too large", `${large.name} is larger than the ${limits.fileText} one file may have.`) : null;
}

function take(files) {
  const list = [...files];
  if (!list.length) return;
  const problem = tooMuch(list);
  if (problem) return trouble(problem);
  const chosen = [...document.querySelectorAll("#baselines input:checked")].map((box) => ["ruleset", box.value]);
  const sent = (part) => stage(part < 1 ? `Uploading, ${Math.round(part * 100)} %` : "Uploaded", part);
  run((signal) => upload("/audits", formOf("files", list, chosen), sent, signal), "Uploading");
}

function ask() {
  show("let-in");
  if (token.get()) trouble(new Problem(401, "Not that token", "The server does not take this token."));
  the("token").focus();
}

async function enter() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.has("token")) {
    token.set(given.get("token"));
    history.replaceState(null, "", location.pathname);
  }
  try {
    await request("GET", "/samples");
    const known = given.get("audit");
    if (known) await run(() => json("GET", `/audits/${encodeURIComponent(known)}`), "Opening");
    else show("start");
  } catch (problem) {
    failed(problem);
  }
}

const drop = the("drop");
for (const name of ["dragenter", "dragover"]) {
  window.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const name of ["dragleave", "drop"]) window.addEventListener(name, () => drop.classList.remove("over"));
window.addEventListener("drop", (event) => { event.preventDefault(); if (!the("start").hidden) take(event.dataTransfer.files); });
the("files").addEventListener("change", (event) => { take(event.target.files); event.target.value = ""; });
the("cancel").addEventListener("click", forget);
the("let-in").addEventListener("submit", (event) => { event.preventDefault(); token.set(the("token").value.trim()); trouble(null); enter(); });
for (const button of document.querySelectorAll("[data-sample]")) {
  button.addEventListener("click", () => run(() => json("POST", "/audits", { sample: button.dataset.sample }), "Starting"));
}
enter();
