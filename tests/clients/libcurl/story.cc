// The story of tests/clients told in C++ over libcurl: an ordinary program that knows nothing of ddbmock. Sends the signed
// requests of a file and prints each answer on a line: story REQUESTS.
#include <curl/curl.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

static size_t append(char *data, size_t size, size_t count, void *text)
{
    static_cast<std::string *>(text)->append(data, size * count);
    return size * count;
}

static std::string call(CURL *curl, const std::string &operation, const std::string &body)
{
    std::string answer;
    curl_slist *headers = curl_slist_append(nullptr, ("X-Amz-Target: DynamoDB_20120810." + operation).c_str());
    headers = curl_slist_append(headers, "Content-Type: application/x-amz-json-1.0");
    curl_easy_setopt(curl, CURLOPT_URL, "https://dynamodb.us-east-1.amazonaws.com/");
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, "aws:amz:us-east-1:dynamodb");
    curl_easy_setopt(curl, CURLOPT_USERPWD, "AKIAIOSFODNN7EXAMPLE:secret");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    CURLcode code = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (code != CURLE_OK) {
        std::cerr << curl_easy_strerror(code) << std::endl;
        exit(1);
    }
    return answer;
}

int main(int, char **arguments)
{
    curl_global_init(CURL_GLOBAL_ALL);
    CURL *curl = curl_easy_init();
    std::ifstream requests(arguments[1]);
    for (std::string line; std::getline(requests, line);) {
        std::istringstream fields(line);
        std::string operation, body, wanted, answer;
        std::getline(fields, operation, '\t');
        std::getline(fields, body, '\t');
        std::getline(fields, wanted, '\t');
        while ((answer = call(curl, operation, body)).find(wanted) == std::string::npos) {
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
        }
        std::cout << answer << std::endl;
    }
    curl_easy_cleanup(curl);
}
