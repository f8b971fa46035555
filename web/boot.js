// Starts the program, and says so in words if it cannot. A file of its own, because the page's policy allows no
// script in the page itself; trunk writes the names of the program's files into the tag that loads this one.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;

// Before the first paint of the program, so that a chosen appearance does not flash.
try {
  const theme = localStorage.getItem("txjobs.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's appearance it is.
}

function fail(detail, what, why) {
  const element = (id) => document.getElementById(id);
  if (!element("failed").hidden) return;
  if (what) element("failed-what").textContent = what;
  if (why) element("failed-why").textContent = why;
  element("failed-detail").textContent = String(detail);
  element("failed-reload").addEventListener("click", () => location.reload());
  element("app").hidden = true;
  element("failed").hidden = false;
}

// A fault of the program ends it without a word of its own: say so, instead of a page that answers to nothing.
function stopped(error) {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  const why = "What runs on the server is not touched by this. Reload the page to go on where you were.";
  fail(error, "The console has stopped because of a fault in it.", why);
}
addEventListener("error", (event) => stopped(event.error));
addEventListener("unhandledrejection", (event) => stopped(event.reason));

try {
  const program = fetch(new URL(wasm, document.baseURI));
  const { default: start } = await import(new URL(js, document.baseURI));
  // This script does not wait for the end of the page, in which the program is to be shown.
  if (document.readyState === "loading") await new Promise((done) => addEventListener("DOMContentLoaded", done));
  await start({ module_or_path: program });
} catch (error) {
  stopped(error);
  fail(error);
  throw error;
}
