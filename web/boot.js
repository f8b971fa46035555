// Starts the program, and shows an error screen if this fails. It is a separate file, because the content security
// policy allows no inline script. Trunk writes the names of the program's files into the script tag of this file.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;

// Set the theme before the first paint, so that the page does not flash in another theme.
try {
  const theme = localStorage.getItem("txjobs.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: use the theme of the system.
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

// Shows an error screen after a panic, which stops the program. Its message is in the console of the browser.
function stopped(error) {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  const why = "Jobs on the server are not affected. Reload the page to continue.";
  fail(error, "The console has stopped because of an internal error.", why);
}
addEventListener("error", (event) => stopped(event.error));
addEventListener("unhandledrejection", (event) => stopped(event.reason));

try {
  const program = fetch(new URL(wasm, document.baseURI));
  const { default: start } = await import(new URL(js, document.baseURI));
  // This script is async, so the document may still be loading.
  if (document.readyState === "loading") await new Promise((done) => addEventListener("DOMContentLoaded", done));
  await start({ module_or_path: program });
} catch (error) {
  stopped(error);
  fail(error);
  throw error;
}
