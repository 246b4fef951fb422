// What the rules must find in scripts. Nobody runs this.
// ruleid: markup-out-of-text
row.innerHTML = name;
// ruleid: markup-out-of-text
row.insertAdjacentHTML("beforeend", name);
// ruleid: markup-out-of-text
document.write(name);
// ok: markup-out-of-text
row.textContent = name;
// ruleid: code-out-of-text
eval(name);
// ruleid: code-out-of-text
const run = new Function(name);
// ruleid: code-out-of-text
setTimeout("start()", 10);
// ok: code-out-of-text
setTimeout(start, 10);
// ruleid: secret-kept-by-the-browser
localStorage.setItem("tmpSecretKey", value);
// ok: secret-kept-by-the-browser
localStorage.setItem("theme", "dark");
// ruleid: message-from-anybody
window.addEventListener("message", heard);
// ruleid: message-from-anybody
parent.postMessage(beats, "*");
// ok: message-from-anybody
htmx.on("htmx:afterSwap", heard);
