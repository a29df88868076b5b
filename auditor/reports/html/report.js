(() => {
  const search = document.getElementById("search");
  const severity = document.getElementById("severity");
  const shown = document.getElementById("shown");
  const all = [...document.querySelectorAll(".finding")];
  const texts = all.map((each) => each.textContent.toLowerCase());
  const filter = () => {
    const word = search.value.trim().toLowerCase();
    let count = 0;
    all.forEach((each, number) => {
      const fits = (!severity.value || each.dataset.severity === severity.value) && texts[number].includes(word);
      each.hidden = !fits;
      count += fits ? 1 : 0;
    });
    shown.textContent = `${count} of ${all.length}`;
  };
  search.addEventListener("input", filter);
  severity.addEventListener("change", filter);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("beforeprint", () => all.forEach((each) => { each.open = true; }));
  filter();
})();
