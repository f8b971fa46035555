// Adds a scheme to a domain that has none: https, so that no key travels in clear text, or http for this computer.
const domain = (pm.variables.get(variable) || "").trim().replace(/\/+$/, "");
if (!domain) {
    pm.test(`${variable} is set in the collection's variables`, () => pm.expect.fail("it is empty"));
    pm.execution.skipRequest();
}
const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/i.test(domain);
const scheme = /^https?:\/\//i.test(domain) ? "" : isLocal ? "http://" : "https://";
pm.variables.set(variable, scheme + domain);
