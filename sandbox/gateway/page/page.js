// Brings the live parts of the status page up to date, and puts a copy button beside what is there to be pasted.
const { copy, copied } = document.currentScript.dataset;

for (const box of document.querySelectorAll(".copy")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(box.querySelector("code").textContent);
    button.textContent = copied;
    setTimeout(() => (button.textContent = copy), 1500);
  });
  box.append(button);
}

async function refresh() {
  // What somebody reads out or selects must not be taken from under the pointer.
  if (document.hidden || !getSelection().isCollapsed) return;
  const answer = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
  }
}

// A sandbox that was stopped may come back at the same address.
setInterval(() => refresh().catch(() => {}), 2000);
