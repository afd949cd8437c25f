// The story of tests/clients, told with the AWS SDK for JavaScript v2: an ordinary program that knows nothing of ddbmock. Makes
// the requests of a file and prints each answer on a line: story.js REQUESTS.
"use strict";
require("aws-sdk/lib/maintenance_mode_message").suppress = true;
const { readFileSync } = require("node:fs");
const AWS = require("aws-sdk");

const client = new AWS.DynamoDB();

// A copy of a request or an answer with its values of types B and BS changed.
function binary(value, change) {
    if (Array.isArray(value)) return value.map((one) => binary(one, change));
    if (value === null || typeof value !== "object" || value instanceof Date) return value;
    const names = Object.keys(value);
    if (names.length === 1 && names[0] === "B") return { B: change(value.B) };
    if (names.length === 1 && names[0] === "BS") return { BS: value.BS.map(change) };
    return Object.fromEntries(names.map((name) => [name, binary(value[name], change)]));
}

async function call(operation, request) {
    const method = operation[0].toLowerCase() + operation.slice(1);
    try {
        const answer = await client[method](binary(request, (text) => Buffer.from(text, "base64"))).promise();
        return JSON.stringify(binary(answer, (bytes) => bytes.toString("base64")));
    } catch (error) {
        if (!error.statusCode) throw error;
        // This SDK gives a cancelled transaction's reasons in its message alone.
        const reasons = /specific reasons \[(.*)\]/.exec(error.message);
        return JSON.stringify({ __type: error.code, message: error.message,
            CancellationReasons: reasons && reasons[1].split(", ").map((Code) => ({ Code })) });
    }
}

(async () => {
    for (const line of readFileSync(process.argv[2], "utf8").trimEnd().split("\n")) {
        const [operation, body, wanted = ""] = line.split("\t");
        let answer;
        while (!(answer = await call(operation, JSON.parse(body))).includes(wanted)) {
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
        console.log(answer);
    }
})();
