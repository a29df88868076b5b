// Who is who: what was inferred, as a form. Every change audits the same files again.

import { json, request } from "./api.js";
import { el, save, say, section } from "./dom.js";

/** `changed` gets the new audit, `failed` a problem. */
export function whoisSection(audit, changed, failed) {
  const { form, report } = audit.review;
  if (!form) return null;
  const rows = el("tbody", {});
  const form_node = el("form", { class: "whois", onsubmit: (event) => { event.preventDefault(); send(); } });

  // What is changed while an answer is on its way is sent after it; only the last answer is drawn.
  let asked = 0;
  let busy = false;
  const send = async () => {
    asked += 1;
    if (busy) return;
    busy = true;
    say("Auditing again");
    form_node.setAttribute("aria-busy", "true");
    try {
      let answered, next;
      do {
        answered = asked;
        next = await json("PUT", `/audits/${audit.id}/site`, read(form_node, rows));
      } while (answered !== asked);
      changed(next);
    } catch (problem) {
      failed(problem);
    } finally {
      busy = false;
      form_node.removeAttribute("aria-busy");
    }
  };
  const onchange = (event) => {
    // A row under construction has no address yet: it waits for one.
    const row = event.target.closest("tr");
    // What somebody wrote is no guess any more.
    const guess = row?.querySelector("[name=guess]");
    if (guess && event.target !== guess) guess.checked = false;
    if (!row || row.querySelector("[name=address]").value.trim()) send();
  };
  const remove = (row) => { row.remove(); send(); };
  rows.append(...form.bindings.map((binding) => bindingRow(form, binding, remove)));
  const add = () => {
    const row = bindingRow(form, { role: form.roles[0]?.name ?? "", address: "", public: "", device: "" }, remove);
    rows.append(row);
    row.querySelector("select").focus();
  };
  form_node.addEventListener("change", onchange);
  form_node.append(
    ...form.devices.map((device, number) => deviceField(form, device, number)),
    el(
      "fieldset",
      {},
      el("legend", {}, "Addresses and their roles"),
      el(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Addresses and their roles" },
        el("table", {}, el("thead", {}, el("tr", {}, ["Role", "Address", "Public address", "Its export", ""].map(heading))), rows),
      ),
      el("button", { type: "button", onclick: add }, "Add an address"),
    ),
    el("button", { type: "submit" }, "Audit again"),
    " ",
    el("button", { type: "button", onclick: () => keep(audit).catch(failed) }, "Save as site file"),
  );
  const notes = el("details", { open: true }, el("summary", {}, "How it came to that"), el("ul", {}, report.site.inferred.map((note) => el("li", {}, note))));
  const text = "No site file was given, so this was inferred from the exports. Correct it: the audit runs again at once.";
  return section("whois", "Who is who", el("p", {}, text), notes, form_node);
}

const heading = (name) => el(name ? "th" : "td", name ? { scope: "col" } : {}, name);

async function keep(audit) {
  const response = await request("GET", `/audits/${audit.id}/site.yaml`);
  save(await response.blob(), "site.yaml");
}

function options(words, chosen) {
  return words.map(([value, text]) => el("option", { value, selected: value === chosen }, text));
}

function deviceField(form, device, number) {
  const parts = device.host
    ? [el("label", {}, "Active profile ", el("select", { name: "profile", id: `profile-${number}` }, options([["", "not known"], ["domain", "domain"], ["private", "private"], ["public", "public"]], device.profile)))]
    : device.interfaces.map((each, place) =>
        el(
          "label",
          {},
          el("span", {}, each.name, each.about ? el("small", {}, ` ${each.about}`) : ""),
          el("select", { name: "zone", id: `zone-${number}-${place}`, "data-interface": each.name }, options([["", "in no zone"], ...form.zones.map((zone) => [zone, zone])], each.zone)),
        ),
      );
  return el("fieldset", { "data-device": device.name }, el("legend", {}, device.name), el("div", { class: "grid" }, parts));
}

function bindingRow(form, binding, remove) {
  const name = (text) => ({ "aria-label": text });
  const devices = [["", "none"], ...form.devices.filter((each) => each.host).map((each) => [each.name, each.name])];
  const row = el("tr", {});
  row.append(
    el("td", {}, el("select", { name: "role", ...name("Role") }, options(form.roles.map((role) => [role.name, role.title]), binding.role))),
    el(
      "td",
      {},
      el("input", { name: "address", value: binding.address, ...name("Address") }),
      binding.guess ? el("label", {}, el("input", { type: "checkbox", name: "guess", checked: true }), " a guess") : "",
    ),
    el("td", {}, el("input", { name: "public", value: binding.public, ...name("Public address") })),
    el("td", {}, el("select", { name: "device", ...name("Its export") }, options(devices, binding.device))),
    el("td", {}, el("button", { type: "button", "aria-label": `Remove ${binding.address || "this row"}`, onclick: () => remove(row) }, "Remove")),
  );
  return row;
}

function read(form, rows) {
  const devices = {};
  for (const field of form.querySelectorAll("[data-device]")) {
    const zones = {};
    for (const select of field.querySelectorAll("[name=zone]")) zones[select.dataset.interface] = select.value;
    devices[field.dataset.device] = { zones, profile: field.querySelector("[name=profile]")?.value ?? "" };
  }
  const bindings = [...rows.children].map((row) => ({
    ...Object.fromEntries(["role", "address", "public", "device"].map((key) => [key, row.querySelector(`[name=${key}]`).value])),
    guess: row.querySelector("[name=guess]")?.checked ?? false,
  }));
  return { devices, bindings };
}
