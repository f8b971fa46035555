// Always the newest: an answer that started nothing changes nothing.
if (pm.response.code === 200) {
    pm.test(`${variable} is filled`, () => {
        const value = pm.response.json()[property];
        pm.expect(value).to.be.a("string").that.is.not.empty;
        const scope = pm.environment.has(variable) ? pm.environment : pm.collectionVariables;
        scope.set(variable, value);
        pm.variables.set("started", pm.variables.get(job));
    });
}
