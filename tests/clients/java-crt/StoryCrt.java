// The story of tests/clients, told by Story.java over the CRT client of the AWS SDK for Java v2.

import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

public class StoryCrt {
    public static void main(String[] arguments) throws Exception {
        try (var client = DynamoDbAsyncClient.builder().httpClientBuilder(AwsCrtAsyncHttpClient.builder()).build()) {
            Story.tell(Story.service(DynamoDbAsyncClient.class, client));
        }
    }
}
