// The story of tests/clients, told with the AWS SDK for JavaScript v3: a program that knows nothing of ddbmock.
import { isDeepStrictEqual } from "node:util";
import {
  BatchGetItemCommand, BatchWriteItemCommand, ConditionalCheckFailedException, CreateTableCommand,
  DeleteItemCommand, DeleteTableCommand, DescribeTableCommand, DynamoDBClient, GetItemCommand,
  PutItemCommand, QueryCommand, ResourceNotFoundException, ScanCommand, TransactGetItemsCommand,
  TransactWriteItemsCommand, TransactionCanceledException, UpdateItemCommand, paginateQuery,
  waitUntilTableExists, waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});
const TableName = "Orders";
const keyOf = (customer, order) => ({ Customer: { S: customer }, Order: { S: order } });
const orders = (page) => page.Items.map((item) => item.Order.S).join(" ");

const made = await client.send(new CreateTableCommand({
  TableName,
  KeySchema: [
    { AttributeName: "Customer", KeyType: "HASH" },
    { AttributeName: "Order", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "Customer", AttributeType: "S" },
    { AttributeName: "Order", AttributeType: "S" },
    { AttributeName: "Status", AttributeType: "S" },
    { AttributeName: "Amount", AttributeType: "N" },
  ],
  GlobalSecondaryIndexes: [{
    IndexName: "ByStatus",
    KeySchema: [
      { AttributeName: "Status", KeyType: "HASH" },
      { AttributeName: "Amount", KeyType: "RANGE" },
    ],
    Projection: { ProjectionType: "ALL" },
  }],
  BillingMode: "PAY_PER_REQUEST",
}));
console.log("create table:", made.TableDescription.TableStatus);

await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { TableName });
const { Table } = await client.send(new DescribeTableCommand({ TableName }));
console.log(`wait: table ${Table.TableStatus}, index ${Table.GlobalSecondaryIndexes[0].IndexStatus}`);

const first = {
  ...keyOf("ada", "2026-01"),
  Status: { S: "open" },
  Amount: { N: "12.5" },
  Photo: { B: new Uint8Array([0, 1, 254, 255]) },
  Gift: { BOOL: true },
  Note: { NULL: true },
  Contents: { L: [{ S: "tea" }, { N: "2" }, { M: { Price: { N: "-0.25" } } }] },
  Address: { M: { Town: { S: "Åre ☃" }, Zip: { N: "83013" } } },
  Labels: { SS: ["new"] },
  Sizes: { NS: ["42"] },
  Keys: { BS: [new Uint8Array([107, 101, 121])] },
};
await client.send(new PutItemCommand({ TableName, Item: first }));
const read = await client.send(new GetItemCommand({ TableName, Key: keyOf("ada", "2026-01"), ConsistentRead: true }));
// A client may hand out its own kind of byte array: the bytes count.
const bytes = (value) => JSON.parse(JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? [...v] : v)));
console.log("put and get an item of ten types:",
  isDeepStrictEqual(bytes(read.Item), bytes(first)) ? "the same" : read.Item);

for (const [customer, order, status, total] of [
  ["ada", "2026-02", "open", "7"],
  ["ada", "2026-03", "returned", "30"],
  ["ada", "2025-07", "returned", "31.5"],
  ["ada", "2025-08", "open", "1e-2"],
  ["bob", "2026-01", "shipped", "20"],
]) {
  const Item = { ...keyOf(customer, order), Status: { S: status }, Amount: { N: total } };
  await client.send(new PutItemCommand({ TableName, Item }));
}

const updated = await client.send(new UpdateItemCommand({
  TableName,
  Key: keyOf("ada", "2026-01"),
  UpdateExpression: "SET #s = :shipped REMOVE Note",
  ConditionExpression: "#s = :open AND size(Contents) = :three",
  ExpressionAttributeNames: { "#s": "Status" },
  ExpressionAttributeValues: { ":shipped": { S: "shipped" }, ":open": { S: "open" }, ":three": { N: "3" } },
  ReturnValues: "ALL_NEW",
}));
console.log(`update with a condition: Status ${updated.Attributes.Status.S}, Amount ${updated.Attributes.Amount.N}`);

try {
  await client.send(new UpdateItemCommand({
    TableName,
    Key: keyOf("ada", "2026-01"),
    UpdateExpression: "SET #s = :shipped",
    ConditionExpression: "#s = :open",
    ExpressionAttributeNames: { "#s": "Status" },
    ExpressionAttributeValues: { ":shipped": { S: "shipped" }, ":open": { S: "open" } },
  }));
  console.log("update against its condition: accepted");
} catch (error) {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
  console.log(`update against its condition: ${error.name}, ${error.message}`);
}

const ofAda = { TableName, KeyConditionExpression: "Customer = :c", ExpressionAttributeValues: { ":c": { S: "ada" } } };
let page = await client.send(new QueryCommand({
  TableName,
  KeyConditionExpression: "Customer = :c AND begins_with(#o, :prefix)",
  ExpressionAttributeNames: { "#o": "Order" },
  ExpressionAttributeValues: { ":c": { S: "ada" }, ":prefix": { S: "2026-" } },
}));
console.log("query by a prefix of the sort key:", orders(page));

page = await client.send(new QueryCommand({
  ...ofAda,
  FilterExpression: "Amount BETWEEN :low AND :high AND #s <> :open",
  ExpressionAttributeNames: { "#s": "Status" },
  ExpressionAttributeValues: { ":c": { S: "ada" }, ":low": { N: "20" }, ":high": { N: "31" }, ":open": { S: "open" } },
}));
console.log(`query with a filter: ${orders(page)}, ${page.Count} of ${page.ScannedCount}`);

const sizes = [];
for await (const one of paginateQuery({ client, pageSize: 2 }, ofAda)) sizes.push(one.Items.length);
console.log("query in pages of two:", sizes.join(" "));

page = await client.send(new QueryCommand({
  TableName,
  IndexName: "ByStatus",
  KeyConditionExpression: "#s = :returned AND Amount > :five",
  ExpressionAttributeNames: { "#s": "Status" },
  ExpressionAttributeValues: { ":returned": { S: "returned" }, ":five": { N: "5" } },
  ScanIndexForward: false,
}));
console.log("query the index, largest first:", orders(page));

page = await client.send(new ScanCommand({ TableName }));
console.log(`scan: ${page.Count} items`);

const many = Array.from({ length: 25 }, (_, n) => keyOf("carl", String(n).padStart(2, "0")));
const written = await client.send(new BatchWriteItemCommand({
  RequestItems: { Orders: many.map((Item) => ({ PutRequest: { Item } })) },
}));
console.log(`batch write: 25 put, ${Object.keys(written.UnprocessedItems).length} unprocessed`);

const batch = await client.send(new BatchGetItemCommand({ RequestItems: { Orders: { Keys: many } } }));
console.log(`batch get: ${batch.Responses.Orders.length} found`);

const bob = keyOf("bob", "2026-01");
const dora = keyOf("dora", "2026-01");
await client.send(new TransactWriteItemsCommand({
  TransactItems: [
    { Put: { TableName, Item: { ...dora, Amount: { N: "1" } } } },
    { Update: {
      TableName, Key: bob, UpdateExpression: "SET Paid = :yes", ExpressionAttributeValues: { ":yes": { BOOL: true } },
    } },
  ],
}));
const both = await client.send(new TransactGetItemsCommand({
  TransactItems: [{ Get: { TableName, Key: dora } }, { Get: { TableName, Key: bob } }],
}));
if (both.Responses[0].Item.Amount.N === "1" && both.Responses[1].Item.Paid.BOOL === true) {
  console.log("transaction: two items changed");
}

try {
  await client.send(new TransactWriteItemsCommand({
    TransactItems: [
      { Update: {
        TableName, Key: bob, UpdateExpression: "SET Amount = Amount + :one",
        ExpressionAttributeValues: { ":one": { N: "1" } },
      } },
      { Delete: { TableName, Key: dora, ConditionExpression: "attribute_exists(Paid)" } },
    ],
  }));
  console.log("transaction against a condition: accepted");
} catch (error) {
  if (!(error instanceof TransactionCanceledException)) throw error;
  const reasons = error.CancellationReasons.map((reason) => reason.Code);
  console.log(`transaction against a condition: ${error.name},`, reasons.join(" "));
}
const { Item } = await client.send(new GetItemCommand({ TableName, Key: bob }));
console.log(`after it: Amount ${Item.Amount.N}, Status ${Item.Status.S}`);

const gone = await client.send(new DeleteItemCommand({
  TableName, Key: keyOf("ada", "2025-08"), ReturnValues: "ALL_OLD",
}));
console.log("delete an item: was", gone.Attributes.Order.S);

const dropped = await client.send(new DeleteTableCommand({ TableName }));
console.log("delete table:", dropped.TableDescription.TableStatus);
await waitUntilTableNotExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { TableName });
try {
  await client.send(new GetItemCommand({ TableName, Key: bob }));
} catch (error) {
  if (!(error instanceof ResourceNotFoundException)) throw error;
  console.log("read from it:", error.name);
}
