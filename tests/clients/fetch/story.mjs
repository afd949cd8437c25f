// The story of tests/clients over Node's fetch: an ordinary program that knows nothing of ddbmock. Sends the signed
// requests of a file and prints each answer on a line: story.mjs REQUESTS.
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const host = "dynamodb.us-east-1.amazonaws.com";
const hash = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

function signed(operation, body) {
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const target = `DynamoDB_20120810.${operation}`;
    const scope = `${time.slice(0, 8)}/us-east-1/dynamodb/aws4_request`;
    const request = `POST\n/\n\nhost:${host}\nx-amz-date:${time}\nx-amz-target:${target}\n\nhost;x-amz-date;x-amz-target\n${hash(body)}`;
    const key = scope.split("/").reduce(hmac, "AWS4secret");
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(request)}`).toString("hex");
    return {
        "X-Amz-Date": time,
        "X-Amz-Target": target,
        "Content-Type": "application/x-amz-json-1.0",
        Authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/${scope}, ` +
            `SignedHeaders=host;x-amz-date;x-amz-target, Signature=${signature}`,
    };
}

for (const line of readFileSync(process.argv[2], "utf8").trimEnd().split("\n")) {
    const [operation, body, wanted = ""] = line.split("\t");
    for (;;) {
        const answer = await fetch(`https://${host}/`, { method: "POST", headers: signed(operation, body), body });
        const text = await answer.text();
        if (text.includes(wanted)) {
            console.log(text);
            break;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}
