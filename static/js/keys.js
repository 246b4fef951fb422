/**
 * Keys of every page: the palette (Ctrl or Cmd K), the list of keys (?), sending a form (Ctrl or Cmd Enter).
 * A page lists its own keys as <dl data-keys="Title">; its script binds what the list has in <kbd data-deed>, so that
 * the list says what is bound. Keys of one character can be turned off, and none acts on a page behind a dialog.
 */
(() => {
  const OFF = "letter-keys";
  const TYPED = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=button])";
  const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
  let loaded = null;

  const areOff = () => {
    try {
      return localStorage.getItem(OFF) === "off";
    } catch {
      return false;
    }
  };

  // The lists of this page, put together: each stands where it is about, and again here.
  const gather = (dialog) => {
    const into = dialog.querySelector("[data-keys-here]");
    into.replaceChildren();
    for (const list of document.querySelectorAll("main dl[data-keys]")) {
      if (list.parentElement.closest("[hidden]")) continue;
      const title = document.createElement("h3");
      title.textContent = list.dataset.keys;
      const copy = list.cloneNode(true);
      copy.removeAttribute("class");
      copy.hidden = false;
      into.append(title, copy);
    }
    dialog.querySelector("[data-keys-form]").hidden = !document.querySelector("main .form__actions .button--primary");
    dialog.querySelector("[data-letter-keys]").checked = !areOff();
  };

  const open = (name) => {
    const dialog = document.getElementById(name);
    if (!dialog || dialog.open) return false;
    if (name === "keys") gather(dialog);
    dialog.showModal();
    // Loaded when it is wanted; what is typed meanwhile is in its field already.
    if (name === "palette") (loaded ??= import(dialog.dataset.script)).then((palette) => palette.start(dialog));
    return true;
  };

  const send = (event) => {
    const button = event.target.closest?.("main form")?.querySelector(".form__actions .button--primary:not(:disabled)");
    button?.click();
    return Boolean(button);
  };

  const take = (event) => {
    const { key, target, altKey, shiftKey } = event;
    const held = event.ctrlKey || event.metaKey;
    const dialog = document.querySelector("dialog[open]");
    const isTyped = target.matches?.(TYPED);
    if (event.isComposing) return false;
    if (held && !altKey && !shiftKey && key.toLowerCase() === "k") return (!dialog && open("palette")) || Boolean(dialog);
    if (dialog) return false;
    if (held && key === "Enter") return send(event);
    return key === "?" && !held && !altKey && !isTyped && !areOff() && open("keys");
  };

  addEventListener(
    "keydown",
    (event) => {
      if (take(event)) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      const dialog = document.querySelector("dialog[open]");
      const isCharacter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
      // Over a page lies what alone hears keys: the palette's field; all else in a dialog is the browser's own.
      const isUnwanted = dialog ? !event.target.closest?.("dialog [role=combobox]") : isCharacter && !event.target.matches?.(TYPED) && areOff();
      if (isUnwanted) event.stopPropagation();
    },
    true,
  );

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open);
    // A press beside the dialog is a press on the dialog itself; what is in it lies in an element of its own.
    if (event.target.matches("dialog[data-light]")) event.target.close();
  });

  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-letter-keys]")) return;
    try {
      if (target.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "off");
    } catch {
      // Storage may be forbidden: the keys then stay as they are.
      target.checked = true;
    }
  });

  if (isMac) for (const key of document.querySelectorAll("[data-mod]")) key.textContent = "⌘";
})();
