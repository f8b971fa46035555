// Reads the parts of an OpenAPI document that the collection's scripts need.
"use strict";

const yaml = require("yaml");

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

class Contract {
    constructor(text) {
        this.text = text;
        this.document = yaml.parse(text);
    }

    // Returns the target of a reference, also of one in an `allOf`, which OpenAPI 3.0 needs to describe a reference.
    resolve(value) {
        const reference = referenceOf(value);
        if (!reference) return value;
        return reference.split("/").slice(1).reduce((object, name) => object[name], this.document);
    }

    operations() {
        return Object.entries(this.document.paths).flatMap(([path, item]) =>
            METHODS.filter((method) => item[method]).map((method) => ({
                ...item[method],
                method: method.toUpperCase(),
                path,
                isExtension: item[method]["x-extension"] === true,
                parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])],
            })),
        );
    }

    // Returns the variable of each parameter in the operation's path: the name of the parameter's component.
    pathVariables(operation) {
        const inPath = operation.parameters.filter((parameter) => this.resolve(parameter).in === "path");
        return Object.fromEntries(inPath.map((parameter) => [this.resolve(parameter).name, lastName(parameter)]));
    }

    // Returns the JSON content of the operation's successful response: its schema and example.
    success(operation) {
        return this.resolve(operation.responses["200"]).content["application/json"];
    }

    // Returns a JSON Schema of what the contract guarantees: without enumerations, because a server may add values.
    guaranteedSchema(schema) {
        const { type, nullable, format, required, properties, items } = this.resolve(schema);
        if (!type) throw new Error(`a schema has no type: ${JSON.stringify(schema)}`);
        const names = Object.keys(properties ?? {});
        return {
            type: nullable ? [type, "null"] : type,
            ...(format === "uuid" && { format }),
            ...(required && { required }),
            ...(properties && {
                properties: Object.fromEntries(names.map((name) => [name, this.guaranteedSchema(properties[name])])),
            }),
            ...(items && { items: this.guaranteedSchema(items) }),
        };
    }

    // Returns the property of a schema, or of its items, whose type is the component.
    propertyOfType(schema, component) {
        const { items, properties } = this.resolve(schema);
        if (items) return this.propertyOfType(items, component);
        const found = Object.keys(properties).find((name) => lastName(properties[name]) === component);
        if (!found) throw new Error(`the schema has no property of type ${component}`);
        return found;
    }
}

function referenceOf(value) {
    return value.$ref ?? (value.allOf?.length === 1 ? value.allOf[0].$ref : undefined);
}

function lastName(value) {
    return referenceOf(value)?.split("/").pop();
}

module.exports = { Contract };
