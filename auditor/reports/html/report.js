(() => {
  const all = [...document.querySelectorAll(".finding")];
  const rows = [...document.querySelectorAll("#hardening tbody tr")];
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.matches("details")) { target.hidden = false; target.open = true; target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", () => document.querySelectorAll(".finding, header details").forEach((each) => { each.open = true; }));
  const search = document.getElementById("search");
  if (!search) { return; }
  const severity = document.getElementById("severity");
  const shown = document.getElementById("shown");
  const texts = all.map((each) => each.textContent.toLowerCase());
  const rowTexts = rows.map((each) => each.textContent.toLowerCase());
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    all.forEach((each, number) => {
      const fits = (!severity.value || each.dataset.severity === severity.value) && words.every((word) => texts[number].includes(word));
      each.hidden = !fits;
      count += fits ? 1 : 0;
    });
    rows.forEach((each, number) => { each.hidden = !words.every((word) => rowTexts[number].includes(word)); });
    shown.textContent = `${count} of ${all.length}`;
  };
  search.addEventListener("input", filter);
  severity.addEventListener("change", filter);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("open").addEventListener("click", (event) => {
    const open = event.target.textContent === "Open all";
    all.forEach((each) => { each.open = open; });
    event.target.textContent = open ? "Close all" : "Open all";
  });
  filter();
  reveal();
})();
