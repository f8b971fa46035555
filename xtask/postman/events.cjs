// The scripts that run before and after a request of the collection. Their code is in `scripts`; the names from the
// contract are constants at their beginning.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const DOMAIN = "Domain";

// Returns the events of all requests.
function collectionEvents(contract) {
    return [
        event("prerequest", { variable: DOMAIN }, "normalize_domain"),
        event("test", { header: extensionsHeader(contract) }, "store_extensions"),
    ];
}

// Returns the events of an operation's request.
function requestEvents(contract, operation) {
    const events = [];
    const required = Object.values(contract.pathVariables(operation));
    if (operation.isExtension) {
        // The last part of an extension's path is its name.
        const extension = operation.path.split("/").pop();
        events.push(
            event("prerequest", { required, extension, job: "JobId" }, "skip_unsupported", "require_variables"),
        );
    } else if (required.length > 0) {
        events.push(event("prerequest", { required }, "require_variables"));
    }

    const { schema } = contract.success(operation);
    // A run may end before it is canceled. For an execution, 409 is a failure: nothing was started.
    const statuses = operation.isExtension && operation.responses["409"] ? [200, 409] : [200];
    const constants = { statuses, schema: contract.guaranteedSchema(schema) };
    const store = (variable) => ({ ...constants, variable, property: contract.propertyOfType(schema, variable) });
    events.push(
        {
            list_jobs: () => event("test", store("JobId"), "check_response", "store_first"),
            execute_job: () =>
                event("test", { ...store("TriggerId"), job: "JobId" }, "check_response", "store_latest"),
        }[operation.operationId]?.() ?? event("test", constants, "check_response"),
    );
    return events;
}

function event(listen, constants, ...scripts) {
    const lines = Object.entries(constants).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`);
    const code = scripts.map((name) => fs.readFileSync(path.join(__dirname, "scripts", `${name}.js`), "utf8"));
    return { listen, script: { type: "text/javascript", exec: [...lines, ...code.join("").trimEnd().split("\n")] } };
}

// Returns the name of the response header that announces extensions.
function extensionsHeader(contract) {
    const responses = contract.operations().flatMap((operation) => Object.values(operation.responses));
    const headers = responses.flatMap((response) => Object.keys(response.headers ?? {}));
    return headers.find((name) => name.startsWith("x-"));
}

module.exports = { DOMAIN, collectionEvents, requestEvents };
