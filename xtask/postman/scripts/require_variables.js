// Skips the request if its path has an empty variable: the path may then be that of another operation, such as the
// status of all jobs. An exception would not stop every program that runs collections.
const missing = required.find((name) => !pm.variables.get(name));
if (missing) {
    pm.test(`${missing} is set by an earlier request or in the collection's variables`, () => {
        pm.expect.fail("it is empty");
    });
    pm.execution.skipRequest();
}
