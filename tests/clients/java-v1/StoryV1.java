// The story of tests/clients, told with the AWS SDK for Java v1: a program that knows nothing of ddbmock.

import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.dynamodbv2.model.*;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

public class StoryV1 {
    static final String TABLE = "Orders";

    static AttributeValue s(String value) {
        return new AttributeValue().withS(value);
    }

    static AttributeValue n(String value) {
        return new AttributeValue().withN(value);
    }

    static Map<String, AttributeValue> key(String customer, String order) {
        return Map.of("Customer", s(customer), "Order", s(order));
    }

    static Map<String, AttributeValue> with(Map<String, AttributeValue> item, Map<String, AttributeValue> more) {
        Map<String, AttributeValue> all = new HashMap<>(item);
        all.putAll(more);
        return all;
    }

    static String orders(List<Map<String, AttributeValue>> items) {
        return items.stream().map(item -> item.get("Order").getS()).collect(Collectors.joining(" "));
    }

    public static void main(String[] arguments) throws Exception {
        AmazonDynamoDB ddb = AmazonDynamoDBClientBuilder.defaultClient();

        var made = ddb.createTable(new CreateTableRequest().withTableName(TABLE)
            .withKeySchema(new KeySchemaElement("Customer", KeyType.HASH), new KeySchemaElement("Order", KeyType.RANGE))
            .withAttributeDefinitions(new AttributeDefinition("Customer", "S"), new AttributeDefinition("Order", "S"),
                new AttributeDefinition("Status", "S"), new AttributeDefinition("Amount", "N"))
            .withGlobalSecondaryIndexes(new GlobalSecondaryIndex().withIndexName("ByStatus")
                .withKeySchema(new KeySchemaElement("Status", KeyType.HASH), new KeySchemaElement("Amount", KeyType.RANGE))
                .withProjection(new Projection().withProjectionType(ProjectionType.ALL)))
            .withBillingMode(BillingMode.PAY_PER_REQUEST));
        System.out.println("create table: " + made.getTableDescription().getTableStatus());

        var described = ddb.describeTable(TABLE).getTable();
        while (!described.getTableStatus().equals("ACTIVE")) {
            Thread.sleep(500);
            described = ddb.describeTable(TABLE).getTable();
        }
        System.out.println("wait: table " + described.getTableStatus() + ", index "
            + described.getGlobalSecondaryIndexes().get(0).getIndexStatus());

        Map<String, AttributeValue> ada = key("ada", "2026-01");
        Map<String, AttributeValue> first = new HashMap<>(ada);
        first.put("Status", s("open"));
        first.put("Amount", n("12.5"));
        first.put("Photo", new AttributeValue().withB(ByteBuffer.wrap(new byte[] {0, 1, -2, -1})));
        first.put("Gift", new AttributeValue().withBOOL(true));
        first.put("Note", new AttributeValue().withNULL(true));
        first.put("Contents", new AttributeValue().withL(
            s("tea"), n("2"), new AttributeValue().withM(Map.of("Price", n("-0.25")))));
        first.put("Address", new AttributeValue().withM(Map.of("Town", s("\u00c5re \u2603"), "Zip", n("83013"))));
        first.put("Labels", new AttributeValue().withSS("new"));
        first.put("Sizes", new AttributeValue().withNS("42"));
        first.put("Keys", new AttributeValue().withBS(ByteBuffer.wrap("key".getBytes())));
        ddb.putItem(TABLE, first);
        var read = ddb.getItem(TABLE, ada, true).getItem();
        System.out.println("put and get an item of ten types: " + (read.equals(first) ? "the same" : read));

        for (String line : List.of("ada 2026-02 open 7", "ada 2026-03 returned 30", "ada 2025-07 returned 31.5",
                 "ada 2025-08 open 1e-2", "bob 2026-01 shipped 20")) {
            String[] word = line.split(" ");
            ddb.putItem(TABLE, with(key(word[0], word[1]), Map.of("Status", s(word[2]), "Amount", n(word[3]))));
        }

        var updated = ddb.updateItem(new UpdateItemRequest().withTableName(TABLE).withKey(ada)
            .withUpdateExpression("SET #s = :shipped REMOVE Note")
            .withConditionExpression("#s = :open AND size(Contents) = :three")
            .withExpressionAttributeNames(Map.of("#s", "Status"))
            .withExpressionAttributeValues(Map.of(":shipped", s("shipped"), ":open", s("open"), ":three", n("3")))
            .withReturnValues(ReturnValue.ALL_NEW)).getAttributes();
        System.out.println("update with a condition: Status " + updated.get("Status").getS() + ", Amount "
            + updated.get("Amount").getN());

        try {
            ddb.updateItem(new UpdateItemRequest().withTableName(TABLE).withKey(ada)
                .withUpdateExpression("SET #s = :shipped").withConditionExpression("#s = :open")
                .withExpressionAttributeNames(Map.of("#s", "Status"))
                .withExpressionAttributeValues(Map.of(":shipped", s("shipped"), ":open", s("open"))));
            System.out.println("update against its condition: accepted");
        } catch (ConditionalCheckFailedException e) {
            System.out.println("update against its condition: " + e.getErrorCode() + ", " + e.getErrorMessage());
        }

        var page = ddb.query(new QueryRequest(TABLE)
            .withKeyConditionExpression("Customer = :c AND begins_with(#o, :prefix)")
            .withExpressionAttributeNames(Map.of("#o", "Order"))
            .withExpressionAttributeValues(Map.of(":c", s("ada"), ":prefix", s("2026-"))));
        System.out.println("query by a prefix of the sort key: " + orders(page.getItems()));

        page = ddb.query(new QueryRequest(TABLE).withKeyConditionExpression("Customer = :c")
            .withFilterExpression("Amount BETWEEN :low AND :high AND #s <> :open")
            .withExpressionAttributeNames(Map.of("#s", "Status"))
            .withExpressionAttributeValues(
                Map.of(":c", s("ada"), ":low", n("20"), ":high", n("31"), ":open", s("open"))));
        System.out.println("query with a filter: " + orders(page.getItems()) + ", " + page.getCount() + " of "
            + page.getScannedCount());

        List<String> sizes = new ArrayList<>();
        Map<String, AttributeValue> start = null;
        do {
            page = ddb.query(new QueryRequest(TABLE).withKeyConditionExpression("Customer = :c").withLimit(2)
                .withExpressionAttributeValues(Map.of(":c", s("ada"))).withExclusiveStartKey(start));
            sizes.add(String.valueOf(page.getItems().size()));
            start = page.getLastEvaluatedKey();
        } while (start != null);
        System.out.println("query in pages of two: " + String.join(" ", sizes));

        page = ddb.query(new QueryRequest(TABLE).withIndexName("ByStatus")
            .withKeyConditionExpression("#s = :returned AND Amount > :five")
            .withExpressionAttributeNames(Map.of("#s", "Status"))
            .withExpressionAttributeValues(Map.of(":returned", s("returned"), ":five", n("5")))
            .withScanIndexForward(false));
        System.out.println("query the index, largest first: " + orders(page.getItems()));

        System.out.println("scan: " + ddb.scan(new ScanRequest(TABLE)).getCount() + " items");

        List<Map<String, AttributeValue>> many =
            IntStream.range(0, 25).mapToObj(i -> key("carl", String.format("%02d", i))).toList();
        var written = ddb.batchWriteItem(new BatchWriteItemRequest(
            Map.of(TABLE, many.stream().map(item -> new WriteRequest(new PutRequest(item))).toList())));
        System.out.println("batch write: 25 put, " + written.getUnprocessedItems().size() + " unprocessed");
        var found = ddb.batchGetItem(new BatchGetItemRequest(Map.of(TABLE, new KeysAndAttributes().withKeys(many))));
        System.out.println("batch get: " + found.getResponses().get(TABLE).size() + " found");

        Map<String, AttributeValue> bob = key("bob", "2026-01");
        Map<String, AttributeValue> dora = key("dora", "2026-01");
        ddb.transactWriteItems(new TransactWriteItemsRequest().withTransactItems(
            new TransactWriteItem().withPut(new Put().withTableName(TABLE).withItem(with(dora, Map.of("Amount", n("1"))))),
            new TransactWriteItem().withUpdate(new Update().withTableName(TABLE).withKey(bob)
                .withUpdateExpression("SET Paid = :yes")
                .withExpressionAttributeValues(Map.of(":yes", new AttributeValue().withBOOL(true))))));
        var both = ddb.transactGetItems(new TransactGetItemsRequest().withTransactItems(
            new TransactGetItem().withGet(new Get().withTableName(TABLE).withKey(dora)),
            new TransactGetItem().withGet(new Get().withTableName(TABLE).withKey(bob)))).getResponses();
        if (both.get(0).getItem().get("Amount").getN().equals("1") && both.get(1).getItem().get("Paid").getBOOL()) {
            System.out.println("transaction: two items changed");
        }

        try {
            ddb.transactWriteItems(new TransactWriteItemsRequest().withTransactItems(
                new TransactWriteItem().withUpdate(new Update().withTableName(TABLE).withKey(bob)
                    .withUpdateExpression("SET Amount = Amount + :one")
                    .withExpressionAttributeValues(Map.of(":one", n("1")))),
                new TransactWriteItem().withDelete(new Delete().withTableName(TABLE).withKey(dora)
                    .withConditionExpression("attribute_exists(Paid)"))));
            System.out.println("transaction against a condition: accepted");
        } catch (TransactionCanceledException e) {
            System.out.println("transaction against a condition: " + e.getErrorCode() + ", "
                + e.getCancellationReasons().stream().map(CancellationReason::getCode).collect(Collectors.joining(" ")));
        }
        var item = ddb.getItem(TABLE, bob).getItem();
        System.out.println("after it: Amount " + item.get("Amount").getN() + ", Status " + item.get("Status").getS());

        var gone = ddb.deleteItem(TABLE, key("ada", "2025-08"), "ALL_OLD");
        System.out.println("delete an item: was " + gone.getAttributes().get("Order").getS());

        System.out.println("delete table: " + ddb.deleteTable(TABLE).getTableDescription().getTableStatus());
        try {
            while (true) {
                ddb.describeTable(TABLE);
                Thread.sleep(500);
            }
        } catch (ResourceNotFoundException e) {
            // The table is gone.
        }
        try {
            ddb.getItem(TABLE, bob);
        } catch (ResourceNotFoundException e) {
            System.out.println("read from it: " + e.getErrorCode());
        }
        ddb.shutdown();
    }
}
