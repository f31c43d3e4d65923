// The index of everything on the site, and a search over it that needs no network.
"use strict";
const INDEX = /*INDEX*/[];
const root = document.documentElement.dataset.root;
const box = document.getElementById("q");
const found = document.getElementById("found");
const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
const entries = INDEX.map(([title, kind, address, words]) => ({
  title, kind, address, text: plain(title), names: plain(words).split("|"), all: plain(`${title} ${words} ${kind}`),
}));

function rank(entry, words) {
  if (!words.every((word) => entry.all.includes(word))) return -1;
  const whole = words.join(" ");
  const called = entry.text === whole || entry.names.includes(whole); // the page of the thing itself
  const exact = called ? 32 : entry.text.startsWith(whole) ? 4 : entry.text.includes(whole) ? 2 : 0;
  return exact + words.filter((word) => new RegExp("(^|\\W)" + word.replace(/\W/g, "\\$&")).test(entry.text)).length;
}

function search() {
  const words = plain(box.value).split(/\s+/).filter(Boolean);
  found.replaceChildren();
  found.hidden = words.length === 0;
  if (found.hidden) return;
  const ranked = entries.map((entry, at) => ({ entry, at, score: rank(entry, words) })).filter((one) => one.score >= 0);
  ranked.sort((one, other) => other.score - one.score || one.at - other.at);
  const told = document.createElement("p");
  told.textContent = ranked.length ? `${ranked.length} found` : "Nothing is called so.";
  const list = document.createElement("ol");
  for (const { entry } of ranked.slice(0, 25)) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const kind = document.createElement("small");
    link.href = root + entry.address;
    link.textContent = entry.title;
    kind.textContent = ` ${entry.kind}`;
    item.append(link, kind);
    list.append(item);
  }
  found.append(told, list);
}

box.addEventListener("input", search);
box.form.addEventListener("submit", (event) => {
  const first = found.querySelector("a");
  event.preventDefault();
  if (first) location.href = first.href;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
  if (event.key === "Escape" && document.activeElement === box) { box.value = ""; search(); }
});
box.value = new URLSearchParams(location.search).get("q") ?? "";
search();
