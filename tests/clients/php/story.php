<?php
// The story of tests/clients over PHP's curl extension or its streams: an ordinary program that knows nothing of ddbmock.
// Sends the signed requests of a file and prints each answer on a line: story.php curl|streams REQUESTS.

const HOST = 'dynamodb.us-east-1.amazonaws.com';

function signed(string $operation, string $body): array
{
    $time = gmdate('Ymd\THis\Z');
    $target = "DynamoDB_20120810.$operation";
    $scope = substr($time, 0, 8) . '/us-east-1/dynamodb/aws4_request';
    $names = 'host;x-amz-date;x-amz-target';
    $request = "POST\n/\n\nhost:" . HOST . "\nx-amz-date:$time\nx-amz-target:$target\n\n$names\n" . hash('sha256', $body);
    $key = 'AWS4secret';
    foreach (explode('/', $scope) as $part) {
        $key = hash_hmac('sha256', $part, $key, true);
    }
    $signature = hash_hmac('sha256', "AWS4-HMAC-SHA256\n$time\n$scope\n" . hash('sha256', $request), $key);
    return ["X-Amz-Date: $time", "X-Amz-Target: $target", 'Content-Type: application/x-amz-json-1.0',
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/$scope, SignedHeaders=$names, Signature=$signature"];
}

$curl = $argv[1] === 'curl' ? curl_init('https://' . HOST . '/') : null;

function call(string $operation, string $body): string
{
    global $curl;
    if ($curl) {
        curl_setopt_array($curl, [CURLOPT_POSTFIELDS => $body, CURLOPT_RETURNTRANSFER => true,
            CURLOPT_HTTPHEADER => signed($operation, $body)]);
        $answer = curl_exec($curl);
        if ($answer === false) {
            fwrite(STDERR, curl_error($curl) . "\n");
        }
    } else {
        $answer = file_get_contents('https://' . HOST . '/', false, stream_context_create(['http' => ['method' => 'POST',
            'header' => signed($operation, $body), 'content' => $body, 'ignore_errors' => true]]));
    }
    if ($answer === false) {
        exit(1);
    }
    return $answer;
}

foreach (file($argv[2], FILE_IGNORE_NEW_LINES) as $line) {
    [$operation, $body, $wanted] = explode("\t", "$line\t");
    while (!str_contains($answer = call($operation, $body), $wanted)) {
        usleep(200000);
    }
    echo $answer, "\n";
}
