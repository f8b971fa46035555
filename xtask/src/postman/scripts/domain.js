// As everywhere in txjobs: a domain without a scheme is reached over https, so that no key travels in clear text, except
// on this machine.
const domain = (pm.variables.get(variable) || "").trim().replace(/\/+$/, "");
if (!domain) {
    pm.test(`${variable} is set in the collection's variables`, () => pm.expect.fail("it is empty"));
    pm.execution.skipRequest();
}
const local = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/i.test(domain);
const scheme = /^https?:\/\//i.test(domain) ? "" : local ? "http://" : "https://";
pm.variables.set(variable, scheme + domain);
