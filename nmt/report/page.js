// Without this script the page shows everything; it adds buttons that show one test set alone and
// switch the marks of differing words.
(() => {
  "use strict";
  const controls = document.getElementById("controls");
  const button = (label, pressed, click) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.setAttribute("aria-pressed", String(pressed));
    made.addEventListener("click", () => click(made));
    controls.append(made);
    return made;
  };
  const sections = [...document.querySelectorAll("section[data-set]")];
  if (sections.length > 1) {
    const buttons = [];
    const show = (set, made) => {
      for (const section of sections) section.hidden = set !== null && section.dataset.set !== set;
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === made));
    };
    buttons.push(button("All test sets", true, (made) => show(null, made)));
    for (const section of sections)
      buttons.push(button(section.dataset.set, false, (made) => show(section.dataset.set, made)));
  }
  if (document.querySelector("mark")) {
    button("Mark differing words", true, (made) => {
      const plain = document.body.classList.toggle("plain");
      made.setAttribute("aria-pressed", String(!plain));
    });
  }
})();
