// Stores the value of each successful response.
if (pm.response.code === 200) {
    pm.test(`${variable} is set`, () => {
        const value = pm.response.json()[property];
        pm.expect(value).to.be.a("string").that.is.not.empty;
        const scope = pm.environment.has(variable) ? pm.environment : pm.collectionVariables;
        scope.set(variable, value);
        pm.variables.set("startedJob", pm.variables.get(job));
    });
}
