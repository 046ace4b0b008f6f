// Tables can be copied, and pictures come to life. Without JavaScript the page says the same.
"use strict";

// What a spreadsheet program would take for a formula begins with an apostrophe; a signed number is none.
const loyaltyText = words => /^[=+@-]/.test(words) && !/^[-+]\s*[\d.][\p{L}\d\s.,%\u2013-]*$/u.test(words) ? `'${words}` : words;
const loyaltyCells = table => [...table.rows].map(row => [...row.cells].map(cell => loyaltyText(cell.innerText.trim().replaceAll("\u2212", "-"))).join("\t")).join("\n");

// Where the browser allows no clipboard (as for a file on disk in some), the text is selected and copied the old way.
const loyaltyCopy = async text => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
};

for (const box of document.querySelectorAll(".scroll")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy table";
  button.addEventListener("click", async () => {
    const done = await loyaltyCopy(loyaltyCells(box.querySelector("table")));
    button.textContent = done ? "Copied" : "Could not copy: select the table instead";
    button.focus();
    setTimeout(() => { button.textContent = "Copy table"; }, 2500);
  });
  button.setAttribute("aria-live", "polite");
  box.before(button);
}

// Each picture becomes its moving one when it comes near the screen; paper gets the still ones.
const loyaltyMove = () => {
  const enliven = async figure => {
    const still = figure.querySelector("img"), place = figure.querySelector(".moving");
    const chart = JSON.parse(figure.querySelector("script.chart").textContent);
    const height = Math.max(still.clientHeight, chart.layout.height * (figure.classList.contains("wide") ? 1 : 0.8));
    place.hidden = false;
    figure.classList.add("alive");
    place.style.height = `${height}px`;
    delete chart.layout.height;
    try {
      await Plotly.newPlot(place, chart.data, chart.layout, chart.config);
    } catch (fault) {
      place.hidden = true;
      figure.classList.remove("alive");
      console.error(fault);
    }
  };
  const near = new IntersectionObserver(seen => {
    for (const one of seen) {
      if (one.isIntersecting) {
        near.unobserve(one.target);
        enliven(one.target);
      }
    }
  }, { rootMargin: "400px" });
  for (const chart of document.querySelectorAll("script.chart")) near.observe(chart.parentElement);
};
