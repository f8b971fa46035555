// Notifies users of another tab or window that a run has ended: with the page's title and icon, and with a browser
// notification if it is turned on.
const NAME = "txjobs.tell";
const MARK = { true: ["%231f9254", "M4 8.5l2.5 2.5L12 5.5"], false: ["%23c0262d", "M5 5l6 6M11 5l-6 6"] };
let before = null;

export function isOn() {
  return globalThis.Notification?.permission === "granted" && localStorage.getItem(NAME) === "on";
}

// Turns notifications on or off. The browser asks for permission only when the user turns them on.
export async function turn(on) {
  const allowed = on && (await globalThis.Notification?.requestPermission()) === "granted";
  localStorage.setItem(NAME, allowed ? "on" : "off");
  return allowed;
}

export function tell(words, link, isGood) {
  if (document.hasFocus() && !document.hidden) return;
  const icon = document.querySelector("link[rel=icon]");
  const [color, path] = MARK[isGood];
  before ??= [document.title, icon.href];
  document.title = words;
  icon.href = `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="${color}"/><path d="${path}" fill="none" stroke="white" stroke-width="2"/></svg>`;
  addEventListener("focus", () => {
    if (document.title === words) document.title = before[0];
    icon.href = before[1];
    before = null;
  }, { once: true });
  if (!isOn()) return;
  try {
    const note = new Notification(words, { tag: link });
    note.onclick = () => {
      focus();
      location.hash = link;
    };
  } catch {
    // Some mobile browsers support notifications only for installed pages; title and icon have changed anyway.
  }
}
