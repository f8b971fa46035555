pm.test(`the status is ${expected.join(" or ")}`, () => {
    pm.expect(expected, pm.response.text().slice(0, 300)).to.include(pm.response.code);
});
if (pm.response.code === 200) {
    pm.test("the body has the promised shape", () => {
        pm.response.to.have.jsonSchema(promised);
    });
}
