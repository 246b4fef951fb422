/** Sends the corrected beats, says why where they were not taken, and asks before unsaved ones are left. */

/** `form` is that of jobs/views/correct.py; `page` the address to go to when all is saved. */
export function connectSaving({ form, editor, edits, draft, page, say, texts, spell }) {
  const base = form.elements.base;
  const button = form.querySelector("button");
  let isLeaving = false;
  let timer = null;

  function keep() {
    clearTimeout(timer);
    timer = null;
    if (editor.isDirty()) draft.write({ base: Number(base.value), ...editor.dump() });
    else draft.clear();
  }

  async function save() {
    const data = new FormData(form);
    data.set("beats", edits.linesOf(editor.beats()));
    let answer;
    try {
      // The page that follows is the browser's to fetch: it holds a message that is shown once.
      answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual", headers: { "HX-Request": "true" } });
    } catch {
      return say(texts.textOffline);
    }
    if (answer.type === "opaqueredirect") return leave();
    // The session is over: the sign-in leads back here, where the draft waits.
    const signIn = answer.headers.get("HX-Redirect");
    if (signIn) return leaveFor(signIn);
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    const stale = told.querySelector("[data-correct-stale]");
    if (stale) {
      base.value = stale.dataset.correctStale;
      button.textContent = spell(texts.textOnTop, { number: base.value });
      return say(`${stale.querySelector("strong").textContent} ${spell(texts.textStale, { number: base.value })}`);
    }
    const faults = [...told.querySelectorAll("[data-correct-faults] li, .errorlist li")].map((each) => each.textContent.trim());
    return say(faults.length ? [...new Set(faults)].join(" ") : spell(texts.textRefused, { code: answer.status }));
  }

  function leave() {
    clearTimeout(timer);
    draft.clear();
    leaveUnasked(page);
  }

  function leaveFor(signIn) {
    keep();
    leaveUnasked(signIn);
  }

  function leaveUnasked(place) {
    isLeaving = true;
    location.assign(place);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    await save();
    button.disabled = isLeaving || !editor.isDirty();
  });
  editor.onChange(() => {
    button.disabled = !editor.isDirty() || editor.isTrying();
    timer ??= setTimeout(keep, 200);
  });
  addEventListener("pagehide", () => isLeaving || (timer && keep()));
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && editor.isDirty()) event.preventDefault();
  });
  return { leave };
}
