// In a run of several requests, skips this one unless the server announces the extension and the run has started the
// job, so that it never ends the work of others. A request that is sent alone has no announcement and is not skipped.
const extensions = pm.variables.get("extensions");
if (extensions !== undefined) {
    const isSupported = extensions.split(",").some((name) => name.trim() === extension);
    if (!isSupported || pm.variables.get("startedJob") !== pm.variables.get(job)) {
        console.log(`skipped: ${isSupported ? "this run did not start the job" : "the server has no such extension"}`);
        pm.execution.skipRequest();
    }
}
