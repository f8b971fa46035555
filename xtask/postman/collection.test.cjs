// Tests the collection: its contents, and a run of it by newman against an emulator and against a server without
// extensions. The emulator's address and key are in TXJOBS_DOMAIN and TXJOBS_API_KEY.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { before, test } = require("node:test");
const { promisify } = require("node:util");
const newman = require("newman");
const { makeCollection, requestsOf } = require("./collection.cjs");
const { Contract } = require("./contract.cjs");

const contract = new Contract(fs.readFileSync(path.join(__dirname, "../../openapi.yaml"), "utf8"));
const operations = contract.operations();
let collection;
before(async () => (collection = await makeCollection(contract)));

test("variables are the vendor's four and contain no key", () => {
    const values = collection.variable.map(({ key, value }) => [key, value]);
    assert.deepEqual(values, [["apiKey", ""], ["JobId", ""], ["TriggerId", ""], ["Domain", "http://127.0.0.1:8400"]]);
    assert.match(collection.info.schema, /\/v2\.1\.0\//);
    assert.equal(collection.auth.apikey.find(({ key }) => key === "value").value, "{{apiKey}}");
});

test("requests are in the order in which people need them", () => {
    const requests = requestsOf(collection).map(({ request: { method, url } }) => {
        const values = Object.fromEntries(url.variable.map(({ key, value }) => [`:${key}`, value]));
        return `${method} ${[...url.host, ...url.path.map((part) => values[part] ?? part)].join("/")}`;
    });
    const jobs = "{{Domain}}/public/jobs";
    assert.deepEqual(requests, [
        `GET ${jobs}`,
        `POST ${jobs}/{{JobId}}/execute`,
        `GET ${jobs}/{{JobId}}/status`,
        `GET ${jobs}/status`,
        `GET ${jobs}/{{JobId}}/logs`,
        `GET ${jobs}/{{JobId}}/logs/{{TriggerId}}`,
        `POST ${jobs}/{{JobId}}/cancel`,
    ]);
});

test("extensions are listed and not sent", () => {
    const query = requestsOf(collection).flatMap(({ request }) => request.url.query);
    assert.deepEqual(query.map(({ key, disabled }) => [key, disabled]), [["limit", true], ["logs", true], ["after", true]]);
    assert.match(requestsOf(collection).at(-1).event[0].script.exec.join("\n"), /skipRequest/);
});

test("examples are those of the contract", () => {
    const examples = requestsOf(collection)[1].response;
    assert.equal(examples[0].name, "200: The job is queued");
    assert.deepEqual([examples[1].code, examples.length], [409, 4]);
    assert.ok(!("code" in examples[2]), "4XX is not a code");
    assert.equal(typeof JSON.parse(examples[0].body).TriggerId, "string");
});

test("two conversions have the same result", async () => {
    assert.deepEqual(await makeCollection(contract), collection);
});

test("guaranteed schema resolves references and has no enumeration", () => {
    const { schemas } = contract.document.components;
    const schema = contract.guaranteedSchema({ type: "array", items: { $ref: "#/components/schemas/JobExecution" } });
    assert.equal(schema.items.properties.State.type, "integer");
    assert.ok("enum" in contract.resolve(schemas.JobExecution.properties.State));
    assert.doesNotMatch(JSON.stringify(schema), /\$ref|allOf|enum|description/);
    assert.throws(() => contract.propertyOfType(schemas.JobExecution, "Missing"), /the schema has no property of type Missing/);
});

test("first server is usable without a variable", () => {
    // Generated clients take it as their default.
    assert.match(contract.document.servers[0].url, /^http:\/\/127\.0\.0\.1:[^{]*$/);
});

test("run against an emulator sends every request", async () => {
    const sent = await run(process.env.TXJOBS_DOMAIN, process.env.TXJOBS_API_KEY);
    assert.deepEqual(sent.sort(), operations.map(({ path }) => path).sort());
});

test("run against a server without extensions sends no extension", async (context) => {
    const requests = [];
    const server = http.createServer(({ method, url }, response) => {
        const operation = operations.find((one) => one.method === method && matches(one.path, url) && !one.isExtension);
        requests.push(operation?.path ?? `${method} ${url}`);
        response.writeHead(operation ? 200 : 404, { "content-type": "application/json" });
        const { example, schema } = operation ? contract.success(operation) : {};
        response.end(JSON.stringify(example ?? contract.resolve(schema ?? {}).example));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => server.close());
    await run(`http://127.0.0.1:${server.address().port}`, "a key of the vendor's");
    const known = operations.filter(({ isExtension }) => !isExtension);
    assert.deepEqual(requests.sort(), known.map(({ path }) => path).sort());
});

// Runs the whole collection and returns the contract's paths to which it sent a request.
async function run(domain, key) {
    const values = Object.entries({ Domain: domain, apiKey: key }).map(([key, value]) => ({ key, value, enabled: true }));
    const { run } = await promisify(newman.run)({
        // newman stores the new values of variables in it.
        collection: structuredClone(collection),
        environment: { name: "test", values },
        // Between two requests the emulator starts the run.
        delayRequest: 200,
        timeoutRequest: 10_000,
        reporters: [],
    });
    assert.deepEqual(run.failures.map(({ error, source }) => `${source?.name}: ${error.message}`), []);
    assert.ok(run.stats.assertions.total > 0, "the collection has no tests");
    return run.executions.filter(({ response }) => response).map(({ request, response }) => {
        const url = request.url.getPath();
        const template = operations.find((one) => matches(one.path, url))?.path;
        assert.ok(template, `${url} is in the contract`);
        // An id that a script took from the wrong property may have a successful response without contents.
        if (template.endsWith("}")) assert.ok(response.text().includes(url.split("/").pop()), `${url} is about its id`);
        return template;
    });
}

function matches(template, path) {
    return new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);
}
