"use strict";
// Each sentence is a button that jumps to its start; the one that sounds is marked, and a line runs over the picture.
const audio = document.querySelector("audio");
const sentences = [...document.querySelectorAll("button[data-start]")];
const drawing = document.querySelector("svg");
const scale = Object.fromEntries(Object.entries(drawing.dataset).map(([name, value]) => [name, Number(value)]));

function jump(seconds) {
  audio.currentTime = seconds;
  audio.play().catch(() => {});  // a browser may want a touch of its own button first; the place is kept
}

function follow() {
  const at = audio.currentTime;
  const current = sentences.findLast((sentence) => Number(sentence.dataset.start) <= at + 0.01);
  for (const sentence of sentences) {
    const now = sentence === current;
    if (now && !sentence.hasAttribute("aria-current") && !audio.paused) sentence.scrollIntoView({ block: "nearest" });
    if (now) sentence.setAttribute("aria-current", "true");
    else sentence.removeAttribute("aria-current");
  }
  const line = drawing.querySelector("#now");
  const x = scale.left + (scale.right - scale.left) * Math.min(1, at / scale.seconds);
  line.setAttribute("x1", x);
  line.setAttribute("x2", x);
  line.style.visibility = at > 0 ? "visible" : "hidden";
}

for (const sentence of sentences) sentence.addEventListener("click", () => jump(Number(sentence.dataset.start)));
drawing.addEventListener("click", (event) => {
  const wave = drawing.querySelector("#wave").getBoundingClientRect();
  jump(Math.max(0, (event.clientX - wave.left) / wave.width) * scale.seconds);
});
for (const event of ["timeupdate", "seeking", "play", "ended"]) audio.addEventListener(event, follow);
