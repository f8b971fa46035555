// Notifies users of another tab or window that a run has ended: with the page's title and icon, and with a browser
// notification if it is turned on.
const SETTING = "txjobs.notifications";
const ICONS = { true: ["%231f9254", "M4 8.5l2.5 2.5L12 5.5"], false: ["%23c0262d", "M5 5l6 6M11 5l-6 6"] };
let original = null;

export function isEnabled() {
  return globalThis.Notification?.permission === "granted" && localStorage.getItem(SETTING) === "on";
}

// Turns notifications on or off. The browser asks for permission only when the user turns them on.
export async function setEnabled(enabled) {
  const allowed = enabled && (await globalThis.Notification?.requestPermission()) === "granted";
  localStorage.setItem(SETTING, allowed ? "on" : "off");
  return allowed;
}

export function notify(text, link, isSuccess) {
  if (document.hasFocus() && !document.hidden) return;
  const icon = document.querySelector("link[rel=icon]");
  const [color, path] = ICONS[isSuccess];
  original ??= [document.title, icon.href];
  document.title = text;
  icon.href = `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="${color}"/><path d="${path}" fill="none" stroke="white" stroke-width="2"/></svg>`;
  addEventListener("focus", () => {
    if (document.title === text) document.title = original[0];
    icon.href = original[1];
    original = null;
  }, { once: true });
  if (!isEnabled()) return;
  try {
    const notification = new Notification(text, { tag: link });
    notification.onclick = () => {
      focus();
      location.hash = link;
    };
  } catch {
    // Some mobile browsers support notifications only for installed pages; title and icon have changed anyway.
  }
}
