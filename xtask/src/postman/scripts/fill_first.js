// The first one, unless you have chosen one. An environment with this variable hides the collection's.
if (pm.response.code === 200 && !pm.variables.get(variable)) {
    pm.test(`${variable} is filled, if there is anything to fill it with`, () => {
        const [first] = pm.response.json();
        if (first) {
            pm.expect(first[property]).to.be.a("string").that.is.not.empty;
            const scope = pm.environment.has(variable) ? pm.environment : pm.collectionVariables;
            scope.set(variable, first[property]);
        }
    });
}
