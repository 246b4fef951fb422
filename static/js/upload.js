/**
 * Sends a <form data-upload> with a progress bar; without this script the same form posts itself.
 * Marks of the form: [data-dropzone] takes dropped files, [data-upload-file] (or its only file input) holds them,
 * [data-upload-list] names them, [data-upload-progress] shows how much has gone. Answers: an X-Location
 * header is followed, and so is a redirect (but the browser reads its page once unseen, which eats Django's messages: a
 * view that leaves one answers X-Requested-With with 204 and X-Location); a 400 or 422 page that holds the form again
 * takes this form's place.
 */
(() => {
  const fileInput = (form) => form.querySelector("[data-upload-file], input[type=file]");
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

  function listFiles(form) {
    const list = form.querySelector("[data-upload-list]");
    if (!list) return;
    form.querySelector("[data-dropzone] ~ .errorlist")?.remove();
    const rows = [...fileInput(form).files].map((file) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      const size = document.createElement("span");
      name.className = "clip";
      size.className = "muted number";
      name.textContent = file.name;
      size.textContent = megabytes(file.size);
      row.append(name, size);
      return row;
    });
    list.replaceChildren(...rows);
  }

  function showProgress(form, sent, total) {
    const box = form.querySelector("[data-upload-progress]");
    if (!box) return;
    box.hidden = false;
    const done = sent >= total;
    box.querySelector("[data-upload-label]").textContent = done ? box.dataset.textSaving : box.dataset.textSending;
    box.querySelector("[data-upload-percent]").textContent = done ? "" : `${Math.floor((100 * sent) / total)} %`;
    const bar = box.querySelector("progress");
    if (done) bar.removeAttribute("value");
    else bar.value = (100 * sent) / total;
  }

  function showFailure(form) {
    const box = form.querySelector("[data-upload-progress]");
    if (!box) return;
    box.querySelector("[data-upload-label]").textContent = box.dataset.textFailed;
    box.querySelector("[data-upload-percent]").textContent = "";
    box.querySelector("progress").value = 0;
    lock(form, false);
  }

  function lock(form, locked) {
    for (const button of form.querySelectorAll("button")) button.disabled = locked;
    form.toggleAttribute("data-sending", locked);
  }

  function replaceForm(form, html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const next = (form.id && page.getElementById(form.id)) || page.querySelector("form[data-upload]");
    if (!next) return showFailure(form);
    form.replaceWith(next);
    globalThis.htmx?.process(next);
    next.querySelector("[aria-invalid=true], .errorlist")?.scrollIntoView({ block: "center" });
  }

  function answered(form, request) {
    form.removeAttribute("data-sending");
    const location = request.getResponseHeader("X-Location");
    if (location) return window.location.assign(location);
    if (request.status >= 200 && request.status < 300) return window.location.assign(request.responseURL);
    if (request.status === 422 || request.status === 400) return replaceForm(form, request.responseText);
    return showFailure(form);
  }

  function send(form, submitter) {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => showProgress(form, event.loaded, event.total));
    request.addEventListener("load", () => answered(form, request));
    for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, () => showFailure(form));
    request.send(new FormData(form, submitter));
    lock(form, true);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    // A button with an address of its own does something else: the browser sends it as it is.
    if (event.submitter?.hasAttribute("formaction")) return;
    if (!form || event.defaultPrevented || !fileInput(form)?.files.length) return;
    event.preventDefault();
    send(form, event.submitter);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (form && event.target === fileInput(form)) listFiles(form);
  });

  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const zone = event.target.closest?.("[data-dropzone]");
      if (!zone) return;
      event.preventDefault();
      zone.toggleAttribute("data-over", name === "dragenter" || name === "dragover");
      if (name !== "drop") return;
      const form = zone.closest("form");
      fileInput(form).files = event.dataTransfer.files;
      listFiles(form);
    });
  }

  // Coming back to the page, the browser may bring the chosen file or even the locked form back with it.
  addEventListener("pageshow", (event) => {
    for (const form of document.querySelectorAll("form[data-upload]")) {
      if (event.persisted) lock(form, false);
      if (fileInput(form)?.files.length) listFiles(form);
    }
  });

  addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-sending]")) event.preventDefault();
  });
})();
