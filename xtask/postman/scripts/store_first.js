// Stores the first item unless the variable has a value. A variable of the environment hides that of the collection.
if (pm.response.code === 200 && !pm.variables.get(variable)) {
    pm.test(`${variable} is set if the list has an item`, () => {
        const [first] = pm.response.json();
        if (first) {
            pm.expect(first[property]).to.be.a("string").that.is.not.empty;
            const scope = pm.environment.has(variable) ? pm.environment : pm.collectionVariables;
            scope.set(variable, first[property]);
        }
    });
}
