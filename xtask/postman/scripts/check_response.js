pm.test(`the status is ${statuses.join(" or ")}`, () => {
    pm.expect(statuses, pm.response.text().slice(0, 300)).to.include(pm.response.code);
});
if (pm.response.code === 200) {
    pm.test("the body matches the contract's schema", () => {
        pm.response.to.have.jsonSchema(schema);
    });
}
