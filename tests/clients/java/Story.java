// The story of tests/clients, told with the AWS SDK for Java v2: a program that knows nothing of ddbmock. Its argument names
// the HTTP client: url-connection, apache, netty, or netty-dns with its own resolver.

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;

public class Story {
    /** The calls that the story makes, so that it can be told over a blocking and over an asynchronous client. */
    interface Service {
        CreateTableResponse createTable(Consumer<CreateTableRequest.Builder> request);
        DescribeTableResponse describeTable(Consumer<DescribeTableRequest.Builder> request);
        DeleteTableResponse deleteTable(Consumer<DeleteTableRequest.Builder> request);
        PutItemResponse putItem(Consumer<PutItemRequest.Builder> request);
        GetItemResponse getItem(Consumer<GetItemRequest.Builder> request);
        UpdateItemResponse updateItem(Consumer<UpdateItemRequest.Builder> request);
        DeleteItemResponse deleteItem(Consumer<DeleteItemRequest.Builder> request);
        QueryResponse query(Consumer<QueryRequest.Builder> request);
        ScanResponse scan(Consumer<ScanRequest.Builder> request);
        BatchWriteItemResponse batchWriteItem(Consumer<BatchWriteItemRequest.Builder> request);
        BatchGetItemResponse batchGetItem(Consumer<BatchGetItemRequest.Builder> request);
        TransactWriteItemsResponse transactWriteItems(Consumer<TransactWriteItemsRequest.Builder> request);
        TransactGetItemsResponse transactGetItems(Consumer<TransactGetItemsRequest.Builder> request);
    }

    /** A service whose calls go to the methods of the same names of `client`, a `type`; futures are waited for. */
    static Service service(Class<?> type, Object client) {
        return (Service) java.lang.reflect.Proxy.newProxyInstance(Story.class.getClassLoader(),
            new Class<?>[] {Service.class}, (proxy, method, arguments) -> {
                try {
                    Object answer = type.getMethod(method.getName(), Consumer.class)
                        .invoke(client, arguments);
                    return answer instanceof java.util.concurrent.CompletableFuture<?> future ? future.join() : answer;
                } catch (java.lang.reflect.InvocationTargetException e) {
                    throw e.getCause();
                } catch (CompletionException e) {
                    throw e.getCause();
                }
            });
    }

    static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }

    static AttributeValue n(String value) {
        return AttributeValue.fromN(value);
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
        return items.stream().map(item -> item.get("Order").s()).collect(Collectors.joining(" "));
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "url-connection" -> {
                try (var client = DynamoDbClient.builder()
                         .httpClientBuilder(UrlConnectionHttpClient.builder()).build()) {
                    tell(service(DynamoDbClient.class, client));
                }
            }
            case "apache" -> {
                try (var client = DynamoDbClient.builder().httpClientBuilder(ApacheHttpClient.builder()).build()) {
                    tell(service(DynamoDbClient.class, client));
                }
            }
            case "netty" -> {
                try (var client = DynamoDbAsyncClient.builder()
                         .httpClientBuilder(NettyNioAsyncHttpClient.builder()).build()) {
                    tell(service(DynamoDbAsyncClient.class, client));
                }
            }
            case "netty-dns" -> { // names by Netty's own resolver
                try (var client = DynamoDbAsyncClient.builder()
                         .httpClientBuilder(NettyNioAsyncHttpClient.builder().useNonBlockingDnsResolver(true)).build()) {
                    tell(service(DynamoDbAsyncClient.class, client));
                }
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    static void tell(Service ddb) throws Exception {
        String table = "Orders";
        var made = ddb.createTable(r -> r.tableName(table)
            .keySchema(k -> k.attributeName("Customer").keyType(KeyType.HASH),
                k -> k.attributeName("Order").keyType(KeyType.RANGE))
            .attributeDefinitions(a -> a.attributeName("Customer").attributeType("S"),
                a -> a.attributeName("Order").attributeType("S"),
                a -> a.attributeName("Status").attributeType("S"),
                a -> a.attributeName("Amount").attributeType("N"))
            .globalSecondaryIndexes(g -> g.indexName("ByStatus")
                .keySchema(k -> k.attributeName("Status").keyType(KeyType.HASH),
                    k -> k.attributeName("Amount").keyType(KeyType.RANGE))
                .projection(p -> p.projectionType(ProjectionType.ALL)))
            .billingMode(BillingMode.PAY_PER_REQUEST));
        System.out.println("create table: " + made.tableDescription().tableStatus());

        var described = ddb.describeTable(r -> r.tableName(table)).table();
        while (described.tableStatus() != TableStatus.ACTIVE) {
            Thread.sleep(Duration.ofMillis(500).toMillis());
            described = ddb.describeTable(r -> r.tableName(table)).table();
        }
        System.out.println("wait: table " + described.tableStatus() + ", index "
            + described.globalSecondaryIndexes().get(0).indexStatus());

        Map<String, AttributeValue> ada = key("ada", "2026-01");
        Map<String, AttributeValue> first = new HashMap<>(ada);
        first.put("Status", s("open"));
        first.put("Amount", n("12.5"));
        first.put("Photo", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, 1, -2, -1})));
        first.put("Gift", AttributeValue.fromBool(true));
        first.put("Note", AttributeValue.fromNul(true));
        first.put("Contents", AttributeValue.fromL(
            List.of(s("tea"), n("2"), AttributeValue.fromM(Map.of("Price", n("-0.25"))))));
        first.put("Address", AttributeValue.fromM(Map.of("Town", s("\u00c5re \u2603"), "Zip", n("83013"))));
        first.put("Labels", AttributeValue.fromSs(List.of("new")));
        first.put("Sizes", AttributeValue.fromNs(List.of("42")));
        first.put("Keys", AttributeValue.fromBs(List.of(SdkBytes.fromUtf8String("key"))));
        ddb.putItem(r -> r.tableName(table).item(first));
        var read = ddb.getItem(r -> r.tableName(table).key(ada).consistentRead(true)).item();
        System.out.println("put and get an item of ten types: " + (read.equals(first) ? "the same" : read));

        for (String line : List.of("ada 2026-02 open 7", "ada 2026-03 returned 30", "ada 2025-07 returned 31.5",
                 "ada 2025-08 open 1e-2", "bob 2026-01 shipped 20")) {
            String[] word = line.split(" ");
            ddb.putItem(r -> r.tableName(table).item(
                with(key(word[0], word[1]), Map.of("Status", s(word[2]), "Amount", n(word[3])))));
        }

        var updated = ddb.updateItem(r -> r.tableName(table).key(ada)
            .updateExpression("SET #s = :shipped REMOVE Note")
            .conditionExpression("#s = :open AND size(Contents) = :three")
            .expressionAttributeNames(Map.of("#s", "Status"))
            .expressionAttributeValues(Map.of(":shipped", s("shipped"), ":open", s("open"), ":three", n("3")))
            .returnValues(ReturnValue.ALL_NEW)).attributes();
        System.out.println("update with a condition: Status " + updated.get("Status").s() + ", Amount "
            + updated.get("Amount").n());

        try {
            ddb.updateItem(r -> r.tableName(table).key(ada)
                .updateExpression("SET #s = :shipped").conditionExpression("#s = :open")
                .expressionAttributeNames(Map.of("#s", "Status"))
                .expressionAttributeValues(Map.of(":shipped", s("shipped"), ":open", s("open"))));
            System.out.println("update against its condition: accepted");
        } catch (ConditionalCheckFailedException e) {
            System.out.println("update against its condition: " + e.awsErrorDetails().errorCode() + ", "
                + e.awsErrorDetails().errorMessage());
        }

        var page = ddb.query(r -> r.tableName(table)
            .keyConditionExpression("Customer = :c AND begins_with(#o, :prefix)")
            .expressionAttributeNames(Map.of("#o", "Order"))
            .expressionAttributeValues(Map.of(":c", s("ada"), ":prefix", s("2026-"))));
        System.out.println("query by a prefix of the sort key: " + orders(page.items()));

        page = ddb.query(r -> r.tableName(table).keyConditionExpression("Customer = :c")
            .filterExpression("Amount BETWEEN :low AND :high AND #s <> :open")
            .expressionAttributeNames(Map.of("#s", "Status"))
            .expressionAttributeValues(Map.of(":c", s("ada"), ":low", n("20"), ":high", n("31"), ":open", s("open"))));
        System.out.println("query with a filter: " + orders(page.items()) + ", " + page.count() + " of "
            + page.scannedCount());

        List<String> sizes = new ArrayList<>();
        Map<String, AttributeValue> start = null;
        do {
            Map<String, AttributeValue> from = start;
            page = ddb.query(r -> r.tableName(table).keyConditionExpression("Customer = :c").limit(2)
                .expressionAttributeValues(Map.of(":c", s("ada"))).exclusiveStartKey(from));
            sizes.add(String.valueOf(page.items().size()));
            start = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : null;
        } while (start != null);
        System.out.println("query in pages of two: " + String.join(" ", sizes));

        page = ddb.query(r -> r.tableName(table).indexName("ByStatus")
            .keyConditionExpression("#s = :returned AND Amount > :five")
            .expressionAttributeNames(Map.of("#s", "Status"))
            .expressionAttributeValues(Map.of(":returned", s("returned"), ":five", n("5")))
            .scanIndexForward(false));
        System.out.println("query the index, largest first: " + orders(page.items()));

        System.out.println("scan: " + ddb.scan(r -> r.tableName(table)).count() + " items");

        List<Map<String, AttributeValue>> many =
            IntStream.range(0, 25).mapToObj(i -> key("carl", String.format("%02d", i))).toList();
        var written = ddb.batchWriteItem(r -> r.requestItems(Map.of(table, many.stream()
            .map(item -> WriteRequest.builder().putRequest(p -> p.item(item)).build()).toList())));
        System.out.println("batch write: 25 put, " + written.unprocessedItems().size() + " unprocessed");

        var found = ddb.batchGetItem(r -> r.requestItems(
            Map.of(table, KeysAndAttributes.builder().keys(many).build())));
        System.out.println("batch get: " + found.responses().get(table).size() + " found");

        Map<String, AttributeValue> bob = key("bob", "2026-01");
        Map<String, AttributeValue> dora = key("dora", "2026-01");
        ddb.transactWriteItems(r -> r.transactItems(
            t -> t.put(p -> p.tableName(table).item(with(dora, Map.of("Amount", n("1"))))),
            t -> t.update(u -> u.tableName(table).key(bob).updateExpression("SET Paid = :yes")
                .expressionAttributeValues(Map.of(":yes", AttributeValue.fromBool(true))))));
        var both = ddb.transactGetItems(r -> r.transactItems(
            t -> t.get(g -> g.tableName(table).key(dora)), t -> t.get(g -> g.tableName(table).key(bob)))).responses();
        if (both.get(0).item().get("Amount").n().equals("1") && both.get(1).item().get("Paid").bool()) {
            System.out.println("transaction: two items changed");
        }

        try {
            ddb.transactWriteItems(r -> r.transactItems(
                t -> t.update(u -> u.tableName(table).key(bob).updateExpression("SET Amount = Amount + :one")
                    .expressionAttributeValues(Map.of(":one", n("1")))),
                t -> t.delete(d -> d.tableName(table).key(dora).conditionExpression("attribute_exists(Paid)"))));
            System.out.println("transaction against a condition: accepted");
        } catch (TransactionCanceledException e) {
            System.out.println("transaction against a condition: " + e.awsErrorDetails().errorCode() + ", "
                + e.cancellationReasons().stream().map(CancellationReason::code).collect(Collectors.joining(" ")));
        }
        var item = ddb.getItem(r -> r.tableName(table).key(bob)).item();
        System.out.println("after it: Amount " + item.get("Amount").n() + ", Status " + item.get("Status").s());

        var gone = ddb.deleteItem(r -> r.tableName(table).key(key("ada", "2025-08")).returnValues(ReturnValue.ALL_OLD));
        System.out.println("delete an item: was " + gone.attributes().get("Order").s());

        System.out.println("delete table: " + ddb.deleteTable(r -> r.tableName(table)).tableDescription().tableStatus());
        try {
            while (true) {
                ddb.describeTable(r -> r.tableName(table));
                Thread.sleep(Duration.ofMillis(500).toMillis());
            }
        } catch (ResourceNotFoundException e) {
            // The table is gone.
        }
        try {
            ddb.getItem(r -> r.tableName(table).key(bob));
        } catch (ResourceNotFoundException e) {
            System.out.println("read from it: " + e.awsErrorDetails().errorCode());
        }
    }
}
