// Prints the compressed size of each file in a folder, and fails if their sum is larger than a limit:
// node sizes.mjs FOLDER LIMIT
import { statSync } from "node:fs";
import { brotli, listFiles } from "./files.mjs";

const [folder, limit] = process.argv.slice(2);
let total = 0;
for (const file of listFiles(folder)) {
    const size = brotli(file).length;
    total += size;
    console.log(`${`${size}`.padStart(8)} of ${`${statSync(file).size}`.padStart(8)} bytes  ${file}`);
}
console.log(`${`${total}`.padStart(8)} bytes of brotli in all files, limit ${limit}`);
process.exitCode = total > Number(limit) ? 1 : 0;
