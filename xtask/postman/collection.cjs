// Makes the Postman collection of an OpenAPI document: openapi-to-postmanv2 converts the document, and the functions
// below add variables, an order, and scripts. As a program it writes the collection of a file to standard output.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { promisify } = require("node:util");
const converter = require("openapi-to-postmanv2");
const { Contract } = require("./contract.cjs");
const { DOMAIN, collectionEvents, requestEvents } = require("./events.cjs");

// The order in which people need the requests. Others come after them.
const ORDER = [
    "list_jobs",
    "execute_job",
    "get_job_status",
    "list_job_statuses",
    "get_job_logs",
    "get_job_logs_by_trigger",
];

const OPTIONS = {
    parametersResolution: "Example",
    includeAuthInfoInExample: false,
    // All optional parameters are extensions: the collection lists them and does not send them.
    enableOptionalParameters: false,
};

async function makeCollection(contract) {
    const conversion = await promisify(converter.convertV2)({ type: "string", data: contract.text }, OPTIONS);
    if (!conversion.result) throw new Error(conversion.reason);
    // The converter invents new ids at each run.
    const text = JSON.stringify(conversion.output[0].data, (key, value) => (/^(_postman_)?id$/.test(key) ? undefined : value));
    const collection = JSON.parse(text.replaceAll("{{baseUrl}}", `{{${DOMAIN}}}`));
    const introduction = fs.readFileSync(path.join(__dirname, "introduction.md"), "utf8");
    collection.info.description = `${introduction}\n${contract.document.info.description}`;
    // A redirect would send the key to another server.
    collection.protocolProfileBehavior = { followRedirects: false };
    collection.variable = variables(contract);
    collection.event = collectionEvents(contract);

    const requests = requestsOf(collection);
    const items = (isExtension) =>
        sortedOperations(contract)
            .filter((operation) => operation.isExtension === isExtension)
            .map((operation) => completeItem(contract, operation, requests));
    collection.item = [
        ...items(false),
        {
            name: "Extensions of txjobs",
            description:
                "Not in the vendor's article. A run of the whole collection sends these requests only to a server " +
                "that announces them, and only to end a run that it started itself.",
            item: items(true),
        },
    ];
    return collection;
}

function sortedOperations(contract) {
    const position = ({ operationId }) => (ORDER.includes(operationId) ? ORDER.indexOf(operationId) : ORDER.length);
    return contract.operations().sort((a, b) => position(a) - position(b));
}

// Returns the requests of a collection or folder, also those in its folders.
function requestsOf(folder) {
    return folder.item.flatMap((item) => (item.item ? requestsOf(item) : [item]));
}

// Returns the converted request of the operation with its variables, scripts, and short names of its examples.
function completeItem(contract, operation, requests) {
    const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
    const item = requests.find(
        ({ request }) => request.method === operation.method && `/${request.url.path.join("/")}` === path,
    );
    // It would only allow bodies in GET requests.
    delete item.protocolProfileBehavior;
    const variables = contract.pathVariables(operation);
    for (const part of item.request.url.variable) {
        part.value = `{{${variables[part.key]}}}`;
    }
    for (const example of item.response) {
        const isExact = example.code in operation.responses;
        const status = isExact ? example.code : `${Math.floor(example.code / 100)}XX`;
        const { description } = contract.resolve(operation.responses[status]);
        example.name = `${status}: ${description.split(/[:.;]/)[0]}`;
        if (!isExact) {
            // The converter takes the first code of a range.
            delete example.code;
            delete example.status;
        }
    }
    item.event = requestEvents(contract, operation);
    return item;
}

// Returns the four variables of the vendor's collection. The key has no value.
function variables(contract) {
    const { securitySchemes, parameters } = contract.document.components;
    const [[key, scheme]] = Object.entries(securitySchemes);
    const inPath = Object.entries(parameters).filter(([, parameter]) => parameter.in === "path");
    const { servers } = contract.document;
    const domain = servers.map((server) => server.variables?.domain).find((variable) => variable);
    return [
        [key, "", scheme.description],
        ...inPath.map(([name, parameter]) => [name, "", parameter.description]),
        [DOMAIN, servers.find((server) => !server.variables).url, domain.description],
    ].map(([key, value, description]) => ({ key, value, type: "string", description }));
}

module.exports = { makeCollection, requestsOf };

if (require.main === module) {
    const contract = new Contract(fs.readFileSync(process.argv[2], "utf8"));
    makeCollection(contract).then((collection) => console.log(JSON.stringify(collection, null, 2)));
}
