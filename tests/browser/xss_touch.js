/** Does with everything on a page what a hand would: the handlers that a payload brings want one. */

() => {
  const kinds = ["mouseover", "mouseenter", "pointerover", "focus", "toggle"];
  for (const element of document.querySelectorAll("main *, dialog *, header *")) {
    for (const kind of kinds) element.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  for (const element of document.querySelectorAll("details:not([open])")) element.open = true;
  document.querySelector("main [tabindex], main a, main button")?.focus();
}
