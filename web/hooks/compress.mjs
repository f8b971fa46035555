// A hook of Trunk. After a release build, it writes two copies of each file, NAME.br and NAME.gz, for web servers that
// send existing compressed files.
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { brotli, listFiles } from "./files.mjs";

// Administrators edit these files, and the copies would then be old.
const EDITABLE = ["index.html", "config.json"];

if (process.env.TRUNK_PROFILE === "release") {
    for (const file of listFiles(process.env.TRUNK_STAGING_DIR)) {
        if (EDITABLE.includes(basename(file))) continue;
        writeFileSync(`${file}.br`, brotli(file));
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
    }
}
