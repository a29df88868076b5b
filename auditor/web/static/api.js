// The server's API: the token goes into a header, errors come back as problem documents.

const root = document.body.dataset.root;
const KEY = "fwproof-token";

/** What went wrong, in the server's words. */
export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

export const token = {
  get: () => sessionStorage.getItem(KEY) ?? "",
  set: (value) => sessionStorage.setItem(KEY, value),
};

const authorized = () => (token.get() ? { Authorization: `Bearer ${token.get()}` } : {});

function problem(status, text) {
  try {
    const value = JSON.parse(text);
    return new Problem(status, value.title, value.detail);
  } catch {
    return new Problem(status, "No answer", `The server answered ${status} without saying why.`);
  }
}

/** One request; gives the response, or throws a Problem. */
export async function request(method, path, value) {
  const headers = authorized();
  if (value !== undefined) headers["Content-Type"] = "application/json";
  const body = value === undefined ? undefined : JSON.stringify(value);
  let response;
  try {
    response = await fetch(`${root}/api${path}`, { method, headers, body, cache: "no-store", credentials: "omit" });
  } catch {
    throw new Problem(0, "No connection", "The server cannot be reached. Is it still running?");
  }
  if (!response.ok) throw problem(response.status, await response.text());
  return response;
}

export const json = async (...call) => (await request(...call)).json();

/** Upload a form; `progress` gets a number from 0 to 1. Stopping the signal stops the upload. */
export function upload(path, form, progress, signal) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `${root}/api${path}`);
    for (const [name, value] of Object.entries(authorized())) sending.setRequestHeader(name, value);
    sending.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    sending.onload = () => {
      if (sending.status < 300) resolve(JSON.parse(sending.responseText));
      else reject(problem(sending.status, sending.responseText));
    };
    sending.onerror = () => reject(new Problem(0, "No connection", "The upload broke off. Is the server still running?"));
    sending.onabort = () => reject(new Problem(0, "Stopped", "The upload was stopped; nothing of it is kept."));
    signal?.addEventListener("abort", () => sending.abort());
    sending.send(form);
  });
}

/** A form of files under one name, and of words. */
export function formOf(name, files, words) {
  const form = new FormData();
  for (const file of files) form.append(name, file, file.name);
  for (const [key, value] of words) form.append(key, value);
  return form;
}

/** Ask until an audit is done; `stage` gets what the server is doing. */
export async function finished(audit, stage) {
  while (audit.state === "working") {
    stage(audit.stage);
    audit = await json("GET", `/audits/${audit.id}?wait=2`);
  }
  return audit;
}
