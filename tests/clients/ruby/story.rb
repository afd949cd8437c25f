# The story of tests/clients over Ruby's Net::HTTP: an ordinary program that knows nothing of ddbmock. Sends the signed
# requests of a file and prints each answer on a line: story.rb REQUESTS.
require "net/http"
require "openssl"

HOST = "dynamodb.us-east-1.amazonaws.com"

def hmac(key, text) = OpenSSL::HMAC.digest("SHA256", key, text)
def sha256(text) = OpenSSL::Digest::SHA256.hexdigest(text)

def signed(operation, body)
  time = Time.now.utc.strftime("%Y%m%dT%H%M%SZ")
  target = "DynamoDB_20120810.#{operation}"
  scope = "#{time[0, 8]}/us-east-1/dynamodb/aws4_request"
  names = "host;x-amz-date;x-amz-target"
  request = "POST\n/\n\nhost:#{HOST}\nx-amz-date:#{time}\nx-amz-target:#{target}\n\n#{names}\n#{sha256(body)}"
  key = scope.split("/").reduce("AWS4secret") { |k, part| hmac(k, part) }
  signature = hmac(key, "AWS4-HMAC-SHA256\n#{time}\n#{scope}\n#{sha256(request)}").unpack1("H*")
  { "X-Amz-Date" => time, "X-Amz-Target" => target, "Content-Type" => "application/x-amz-json-1.0",
    "Authorization" => "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/#{scope}, " \
                       "SignedHeaders=#{names}, Signature=#{signature}" }
end

Net::HTTP.start(HOST, 443, use_ssl: true, verify_mode: OpenSSL::SSL::VERIFY_PEER) do |http|
  File.foreach(ARGV[0], chomp: true) do |line|
    operation, body, wanted = line.split("\t")
    loop do
      answer = http.post("/", body, signed(operation, body)).body
      break puts(answer) if answer.include?(wanted.to_s)
      sleep 0.2
    end
  end
end
