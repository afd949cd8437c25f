//! The story of tests/clients, told with the AWS SDK for Rust: a program that knows nothing of ddbmock.
use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, Delete, Get, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    KeysAndAttributes, Projection, ProjectionType, Put, PutRequest, ReturnValue, ScalarAttributeType, TransactGetItem,
    TransactWriteItem, Update, WriteRequest,
};

type Item = HashMap<String, AttributeValue>;
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const TABLE: &str = "Orders";

fn s(value: &str) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn n(value: &str) -> AttributeValue {
    AttributeValue::N(value.into())
}

fn item<const COUNT: usize>(attributes: [(&str, AttributeValue); COUNT]) -> Item {
    attributes.map(|(name, value)| (name.to_string(), value)).into()
}

fn key(customer: &str, order: &str) -> Item {
    item([("Customer", s(customer)), ("Order", s(order))])
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    match &item[name] {
        AttributeValue::S(value) | AttributeValue::N(value) => value,
        _ => "neither S nor N",
    }
}

fn orders(items: &[Item]) -> String {
    items
        .iter()
        .map(|item| text(item, "Order"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn schema(partition: &str, sort: &str) -> Outcome<Vec<KeySchemaElement>> {
    Ok(vec![
        KeySchemaElement::builder()
            .attribute_name(partition)
            .key_type(KeyType::Hash)
            .build()?,
        KeySchemaElement::builder()
            .attribute_name(sort)
            .key_type(KeyType::Range)
            .build()?,
    ])
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Outcome<AttributeDefinition> {
    Ok(AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(kind)
        .build()?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let client = aws_sdk_dynamodb::Client::new(&config);

    let made = client
        .create_table()
        .table_name(TABLE)
        .set_key_schema(Some(schema("Customer", "Order")?))
        .attribute_definitions(attribute("Customer", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("Order", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("Status", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("Amount", ScalarAttributeType::N)?)
        .global_secondary_indexes(
            GlobalSecondaryIndex::builder()
                .index_name("ByStatus")
                .set_key_schema(Some(schema("Status", "Amount")?))
                .projection(Projection::builder().projection_type(ProjectionType::All).build())
                .build()?,
        )
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await?;
    println!(
        "create table: {}",
        made.table_description()
            .and_then(|t| t.table_status())
            .ok_or("no status")?
    );

    client
        .wait_until_table_exists()
        .table_name(TABLE)
        .wait(Duration::from_secs(60))
        .await?;
    let described = client.describe_table().table_name(TABLE).send().await?;
    let table = described.table().ok_or("no table")?;
    println!(
        "wait: table {}, index {}",
        table.table_status().ok_or("no status")?,
        table.global_secondary_indexes()[0].index_status().ok_or("no status")?
    );

    let mut first = key("ada", "2026-01");
    first.extend(item([
        ("Status", s("open")),
        ("Amount", n("12.5")),
        ("Photo", AttributeValue::B(Blob::new([0, 1, 0xfe, 0xff]))),
        ("Gift", AttributeValue::Bool(true)),
        ("Note", AttributeValue::Null(true)),
        (
            "Contents",
            AttributeValue::L(vec![s("tea"), n("2"), AttributeValue::M(item([("Price", n("-0.25"))]))]),
        ),
        (
            "Address",
            AttributeValue::M(item([("Town", s("Åre ☃")), ("Zip", n("83013"))])),
        ),
        ("Labels", AttributeValue::Ss(vec!["new".into()])),
        ("Sizes", AttributeValue::Ns(vec!["42".into()])),
        ("Keys", AttributeValue::Bs(vec![Blob::new("key")])),
    ]));
    client
        .put_item()
        .table_name(TABLE)
        .set_item(Some(first.clone()))
        .send()
        .await?;
    let read = client
        .get_item()
        .table_name(TABLE)
        .set_key(Some(key("ada", "2026-01")))
        .consistent_read(true)
        .send()
        .await?;
    let same = read.item() == Some(&first);
    println!(
        "put and get an item of ten types: {}",
        if same { "the same" } else { "another" }
    );

    for [customer, order, status, amount] in [
        ["ada", "2026-02", "open", "7"],
        ["ada", "2026-03", "returned", "30"],
        ["ada", "2025-07", "returned", "31.5"],
        ["ada", "2025-08", "open", "1e-2"],
        ["bob", "2026-01", "shipped", "20"],
    ] {
        let mut one = key(customer, order);
        one.extend(item([("Status", s(status)), ("Amount", n(amount))]));
        client.put_item().table_name(TABLE).set_item(Some(one)).send().await?;
    }

    let updated = client
        .update_item()
        .table_name(TABLE)
        .set_key(Some(key("ada", "2026-01")))
        .update_expression("SET #s = :shipped REMOVE Note")
        .condition_expression("#s = :open AND size(Contents) = :three")
        .expression_attribute_names("#s", "Status")
        .set_expression_attribute_values(Some(item([
            (":shipped", s("shipped")),
            (":open", s("open")),
            (":three", n("3")),
        ])))
        .return_values(ReturnValue::AllNew)
        .send()
        .await?;
    let new = updated.attributes().ok_or("no attributes")?;
    println!(
        "update with a condition: Status {}, Amount {}",
        text(new, "Status"),
        text(new, "Amount")
    );

    let refused = client
        .update_item()
        .table_name(TABLE)
        .set_key(Some(key("ada", "2026-01")))
        .update_expression("SET #s = :shipped")
        .condition_expression("#s = :open")
        .expression_attribute_names("#s", "Status")
        .set_expression_attribute_values(Some(item([(":shipped", s("shipped")), (":open", s("open"))])))
        .send()
        .await
        .err()
        .ok_or("update against its condition: accepted")?;
    println!(
        "update against its condition: {}, {}",
        refused.code().unwrap_or("no code"),
        refused.message().unwrap_or("no message")
    );

    let page = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("Customer = :c AND begins_with(#o, :prefix)")
        .expression_attribute_names("#o", "Order")
        .set_expression_attribute_values(Some(item([(":c", s("ada")), (":prefix", s("2026-"))])))
        .send()
        .await?;
    println!("query by a prefix of the sort key: {}", orders(page.items()));

    let page = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("Customer = :c")
        .filter_expression("Amount BETWEEN :low AND :high AND #s <> :open")
        .expression_attribute_names("#s", "Status")
        .set_expression_attribute_values(Some(item([
            (":c", s("ada")),
            (":low", n("20")),
            (":high", n("31")),
            (":open", s("open")),
        ])))
        .send()
        .await?;
    println!(
        "query with a filter: {}, {} of {}",
        orders(page.items()),
        page.count(),
        page.scanned_count()
    );

    let mut pages = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("Customer = :c")
        .expression_attribute_values(":c", s("ada"))
        .limit(2)
        .into_paginator()
        .send();
    print!("query in pages of two:");
    while let Some(page) = pages.next().await {
        print!(" {}", page?.items().len());
    }
    println!();

    let page = client
        .query()
        .table_name(TABLE)
        .index_name("ByStatus")
        .key_condition_expression("#s = :returned AND Amount > :five")
        .expression_attribute_names("#s", "Status")
        .set_expression_attribute_values(Some(item([(":returned", s("returned")), (":five", n("5"))])))
        .scan_index_forward(false)
        .send()
        .await?;
    println!("query the index, largest first: {}", orders(page.items()));

    println!("scan: {} items", client.scan().table_name(TABLE).send().await?.count());

    let many: Vec<Item> = (0..25).map(|i| key("carl", &format!("{i:02}"))).collect();
    let mut puts = Vec::new();
    for one in &many {
        let put = PutRequest::builder().set_item(Some(one.clone())).build()?;
        puts.push(WriteRequest::builder().put_request(put).build());
    }
    let written = client.batch_write_item().request_items(TABLE, puts).send().await?;
    println!(
        "batch write: 25 put, {} unprocessed",
        written.unprocessed_items().map_or(0, HashMap::len)
    );
    let wanted = KeysAndAttributes::builder().set_keys(Some(many)).build()?;
    let found = client.batch_get_item().request_items(TABLE, wanted).send().await?;
    println!(
        "batch get: {} found",
        found.responses().map_or(0, |tables| tables[TABLE].len())
    );

    let (bob, dora) = (key("bob", "2026-01"), key("dora", "2026-01"));
    let mut new = dora.clone();
    new.insert("Amount".into(), n("1"));
    client
        .transact_write_items()
        .transact_items(
            TransactWriteItem::builder()
                .put(Put::builder().table_name(TABLE).set_item(Some(new)).build()?)
                .build(),
        )
        .transact_items(
            TransactWriteItem::builder()
                .update(
                    Update::builder()
                        .table_name(TABLE)
                        .set_key(Some(bob.clone()))
                        .update_expression("SET Paid = :yes")
                        .expression_attribute_values(":yes", AttributeValue::Bool(true))
                        .build()?,
                )
                .build(),
        )
        .send()
        .await?;
    let mut gets = client.transact_get_items();
    for one in [&dora, &bob] {
        let get = Get::builder().table_name(TABLE).set_key(Some(one.clone())).build()?;
        gets = gets.transact_items(TransactGetItem::builder().get(get).build());
    }
    let both = gets.send().await?;
    let item_of = |i: usize| both.responses()[i].item().ok_or("no item");
    if text(item_of(0)?, "Amount") == "1" && item_of(1)?["Paid"] == AttributeValue::Bool(true) {
        println!("transaction: two items changed");
    }

    let cancelled = client
        .transact_write_items()
        .transact_items(
            TransactWriteItem::builder()
                .update(
                    Update::builder()
                        .table_name(TABLE)
                        .set_key(Some(bob.clone()))
                        .update_expression("SET Amount = Amount + :one")
                        .expression_attribute_values(":one", n("1"))
                        .build()?,
                )
                .build(),
        )
        .transact_items(
            TransactWriteItem::builder()
                .delete(
                    Delete::builder()
                        .table_name(TABLE)
                        .set_key(Some(dora))
                        .condition_expression("attribute_exists(Paid)")
                        .build()?,
                )
                .build(),
        )
        .send()
        .await
        .err()
        .ok_or("transaction against a condition: accepted")?
        .into_service_error();
    print!(
        "transaction against a condition: {},",
        cancelled.code().unwrap_or("no code")
    );
    if let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        why,
    ) = &cancelled
    {
        for reason in why.cancellation_reasons() {
            print!(" {}", reason.code().unwrap_or("no code"));
        }
    }
    println!();
    let read = client
        .get_item()
        .table_name(TABLE)
        .set_key(Some(bob.clone()))
        .send()
        .await?;
    let after = read.item().ok_or("no item")?;
    println!(
        "after it: Amount {}, Status {}",
        text(after, "Amount"),
        text(after, "Status")
    );

    let gone = client
        .delete_item()
        .table_name(TABLE)
        .set_key(Some(key("ada", "2025-08")))
        .return_values(ReturnValue::AllOld)
        .send()
        .await?;
    println!(
        "delete an item: was {}",
        text(gone.attributes().ok_or("no attributes")?, "Order")
    );

    let dropped = client.delete_table().table_name(TABLE).send().await?;
    println!(
        "delete table: {}",
        dropped
            .table_description()
            .and_then(|t| t.table_status())
            .ok_or("no status")?
    );
    client
        .wait_until_table_not_exists()
        .table_name(TABLE)
        .wait(Duration::from_secs(60))
        .await?;
    let missing = client
        .get_item()
        .table_name(TABLE)
        .set_key(Some(bob))
        .send()
        .await
        .err()
        .ok_or("still there")?;
    println!("read from it: {}", missing.code().unwrap_or("no code"));
    Ok(())
}
