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

document.getElementById("failed-reload").addEventListener("click", () => location.reload());

try {
  const { default: start } = await import(new URL(js, document.baseURI));
  await start({ module_or_path: new URL(wasm, document.baseURI) });
} catch (error) {
  // A panic has said more already.
  const failed = document.getElementById("failed");
  if (failed.hidden) {
    document.getElementById("app").hidden = true;
    document.getElementById("failed-detail").textContent = String(error);
    failed.hidden = false;
  }
  throw error;
}
