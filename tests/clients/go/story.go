// The story of tests/clients, told with the AWS SDK for Go v2: a program that knows nothing of ddbmock.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

type item = map[string]types.AttributeValue

func s(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }
func n(value string) types.AttributeValue { return &types.AttributeValueMemberN{Value: value} }

func str(value types.AttributeValue) string { return value.(*types.AttributeValueMemberS).Value }
func num(value types.AttributeValue) string { return value.(*types.AttributeValueMemberN).Value }

func key(customer, order string) item { return item{"Customer": s(customer), "Order": s(order)} }

func orders(items []item) string {
	var all []string
	for _, one := range items {
		all = append(all, str(one["Order"]))
	}
	return strings.Join(all, " ")
}

// must gives back the answer of a call that may not fail.
func must[T any](answer T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return answer
}

func main() {
	ctx := context.Background()
	client := dynamodb.NewFromConfig(must(config.LoadDefaultConfig(ctx)))
	table := aws.String("Orders")

	made := must(client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: table,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("Customer"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("Order"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("Customer"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("Order"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("Status"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("Amount"), AttributeType: types.ScalarAttributeTypeN},
		},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("ByStatus"),
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("Status"), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String("Amount"), KeyType: types.KeyTypeRange},
			},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
		BillingMode: types.BillingModePayPerRequest,
	}))
	fmt.Println("create table:", made.TableDescription.TableStatus)

	described := must(dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay = time.Second
	}).WaitForOutput(ctx, &dynamodb.DescribeTableInput{TableName: table}, time.Minute))
	fmt.Printf("wait: table %s, index %s\n", described.Table.TableStatus,
		described.Table.GlobalSecondaryIndexes[0].IndexStatus)

	first := item{
		"Customer": s("ada"),
		"Order":    s("2026-01"),
		"Status":   s("open"),
		"Amount":   n("12.5"),
		"Photo":    &types.AttributeValueMemberB{Value: []byte{0, 1, 0xfe, 0xff}},
		"Gift":     &types.AttributeValueMemberBOOL{Value: true},
		"Note":     &types.AttributeValueMemberNULL{Value: true},
		"Contents": &types.AttributeValueMemberL{Value: []types.AttributeValue{
			s("tea"), n("2"), &types.AttributeValueMemberM{Value: item{"Price": n("-0.25")}}}},
		"Address": &types.AttributeValueMemberM{Value: item{"Town": s("Åre ☃"), "Zip": n("83013")}},
		"Labels":  &types.AttributeValueMemberSS{Value: []string{"new"}},
		"Sizes":   &types.AttributeValueMemberNS{Value: []string{"42"}},
		"Keys":    &types.AttributeValueMemberBS{Value: [][]byte{[]byte("key")}},
	}
	must(client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: first}))
	read := must(client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: table, Key: key("ada", "2026-01"), ConsistentRead: aws.Bool(true)})).Item
	if reflect.DeepEqual(read, first) {
		fmt.Println("put and get an item of ten types: the same")
	} else {
		fmt.Println("put and get an item of ten types:", read)
	}

	for _, row := range [][4]string{
		{"ada", "2026-02", "open", "7"},
		{"ada", "2026-03", "returned", "30"},
		{"ada", "2025-07", "returned", "31.5"},
		{"ada", "2025-08", "open", "1e-2"},
		{"bob", "2026-01", "shipped", "20"},
	} {
		must(client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: item{
			"Customer": s(row[0]), "Order": s(row[1]), "Status": s(row[2]), "Amount": n(row[3])}}))
	}

	updated := must(client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 table,
		Key:                       key("ada", "2026-01"),
		UpdateExpression:          aws.String("SET #s = :shipped REMOVE Note"),
		ConditionExpression:       aws.String("#s = :open AND size(Contents) = :three"),
		ExpressionAttributeNames:  map[string]string{"#s": "Status"},
		ExpressionAttributeValues: item{":shipped": s("shipped"), ":open": s("open"), ":three": n("3")},
		ReturnValues:              types.ReturnValueAllNew,
	})).Attributes
	fmt.Printf("update with a condition: Status %s, Amount %s\n", str(updated["Status"]), num(updated["Amount"]))

	_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 table,
		Key:                       key("ada", "2026-01"),
		UpdateExpression:          aws.String("SET #s = :shipped"),
		ConditionExpression:       aws.String("#s = :open"),
		ExpressionAttributeNames:  map[string]string{"#s": "Status"},
		ExpressionAttributeValues: item{":shipped": s("shipped"), ":open": s("open")},
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		fmt.Printf("update against its condition: %s, %s\n", failed.ErrorCode(), failed.ErrorMessage())
	}

	found := must(client.Query(ctx, &dynamodb.QueryInput{
		TableName:                 table,
		KeyConditionExpression:    aws.String("Customer = :c AND begins_with(#o, :prefix)"),
		ExpressionAttributeNames:  map[string]string{"#o": "Order"},
		ExpressionAttributeValues: item{":c": s("ada"), ":prefix": s("2026-")},
	}))
	fmt.Println("query by a prefix of the sort key:", orders(found.Items))

	found = must(client.Query(ctx, &dynamodb.QueryInput{
		TableName:                table,
		KeyConditionExpression:   aws.String("Customer = :c"),
		FilterExpression:         aws.String("Amount BETWEEN :low AND :high AND #s <> :open"),
		ExpressionAttributeNames: map[string]string{"#s": "Status"},
		ExpressionAttributeValues: item{
			":c": s("ada"), ":low": n("20"), ":high": n("31"), ":open": s("open")},
	}))
	fmt.Printf("query with a filter: %s, %d of %d\n", orders(found.Items), found.Count, found.ScannedCount)

	fmt.Print("query in pages of two:")
	pages := dynamodb.NewQueryPaginator(client, &dynamodb.QueryInput{
		TableName:                 table,
		KeyConditionExpression:    aws.String("Customer = :c"),
		ExpressionAttributeValues: item{":c": s("ada")},
		Limit:                     aws.Int32(2),
	})
	for pages.HasMorePages() {
		fmt.Printf(" %d", len(must(pages.NextPage(ctx)).Items))
	}
	fmt.Println()

	found = must(client.Query(ctx, &dynamodb.QueryInput{
		TableName:                 table,
		IndexName:                 aws.String("ByStatus"),
		KeyConditionExpression:    aws.String("#s = :returned AND Amount > :five"),
		ExpressionAttributeNames:  map[string]string{"#s": "Status"},
		ExpressionAttributeValues: item{":returned": s("returned"), ":five": n("5")},
		ScanIndexForward:          aws.Bool(false),
	}))
	fmt.Println("query the index, largest first:", orders(found.Items))

	fmt.Printf("scan: %d items\n", must(client.Scan(ctx, &dynamodb.ScanInput{TableName: table})).Count)

	var puts []types.WriteRequest
	var keys []item
	for i := 0; i < 25; i++ {
		carl := key("carl", fmt.Sprintf("%02d", i))
		keys = append(keys, carl)
		puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: carl}})
	}
	written := must(client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		RequestItems: map[string][]types.WriteRequest{"Orders": puts}}))
	fmt.Printf("batch write: %d put, %d unprocessed\n", len(puts), len(written.UnprocessedItems))
	got := must(client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{"Orders": {Keys: keys}}}))
	fmt.Printf("batch get: %d found\n", len(got.Responses["Orders"]))

	dora := key("dora", "2026-01")
	dora["Amount"] = n("1")
	must(client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: table, Item: dora}},
		{Update: &types.Update{
			TableName:                 table,
			Key:                       key("bob", "2026-01"),
			UpdateExpression:          aws.String("SET Paid = :yes"),
			ExpressionAttributeValues: item{":yes": &types.AttributeValueMemberBOOL{Value: true}},
		}},
	}}))
	both := must(client.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: table, Key: key("dora", "2026-01")}},
		{Get: &types.Get{TableName: table, Key: key("bob", "2026-01")}},
	}})).Responses
	paid, ok := both[1].Item["Paid"].(*types.AttributeValueMemberBOOL)
	if ok && paid.Value && num(both[0].Item["Amount"]) == "1" {
		fmt.Println("transaction: two items changed")
	}

	_, err = client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: &types.Update{
			TableName:                 table,
			Key:                       key("bob", "2026-01"),
			UpdateExpression:          aws.String("SET Amount = Amount + :one"),
			ExpressionAttributeValues: item{":one": n("1")},
		}},
		{Delete: &types.Delete{
			TableName:           table,
			Key:                 key("dora", "2026-01"),
			ConditionExpression: aws.String("attribute_exists(Paid)"),
		}},
	}})
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		fmt.Printf("transaction against a condition: %s,", cancelled.ErrorCode())
		for _, reason := range cancelled.CancellationReasons {
			fmt.Print(" ", *reason.Code)
		}
		fmt.Println()
	}
	bob := must(client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key("bob", "2026-01")})).Item
	fmt.Printf("after it: Amount %s, Status %s\n", num(bob["Amount"]), str(bob["Status"]))

	gone := must(client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: table, Key: key("ada", "2025-08"), ReturnValues: types.ReturnValueAllOld})).Attributes
	fmt.Println("delete an item: was", str(gone["Order"]))

	dropped := must(client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: table}))
	fmt.Println("delete table:", dropped.TableDescription.TableStatus)
	err = dynamodb.NewTableNotExistsWaiter(client, func(o *dynamodb.TableNotExistsWaiterOptions) {
		o.MinDelay = time.Second
	}).Wait(ctx, &dynamodb.DescribeTableInput{TableName: table}, time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key("bob", "2026-01")})
	var problem smithy.APIError
	if !errors.As(err, &problem) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("read from it:", problem.ErrorCode())
}
