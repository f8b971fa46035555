// Sent alone, this is what you asked for. In a run of several requests it is sent only if this server announced it, and
// only to end what this run has started: never somebody else's work.
const announced = pm.variables.get("announced");
if (announced !== undefined) {
    const has = announced.split(",").some((word) => word.trim() === extension);
    if (!has || pm.variables.get("started") !== pm.variables.get(job)) {
        console.log(`not sent: ${has ? "this run has started nothing" : "this server does not announce it"}`);
        pm.execution.skipRequest();
    }
}
