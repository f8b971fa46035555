// The files of the console, and their compression.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

// Returns the names of all files in a folder except compressed copies.
export function listFiles(folder) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    return files.filter((file) => !/\.(br|gz)$/.test(file)).sort();
}

// Returns the contents of a file, compressed with the best quality, which is the default.
export function brotli(file) {
    return brotliCompressSync(readFileSync(file));
}
