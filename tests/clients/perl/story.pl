# The story of tests/clients over Perl's HTTP::Tiny or LWP: an ordinary program that knows nothing of ddbmock. Sends the
# signed requests of a file and prints each answer on a line: story.pl tiny|lwp REQUESTS.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256 hmac_sha256_hex sha256_hex);
use POSIX qw(strftime);

my ($library, $requests) = @ARGV;
my $host = "dynamodb.us-east-1.amazonaws.com";
my $agent;
if ($library eq "tiny") {
    require HTTP::Tiny;
    $agent = HTTP::Tiny->new(verify_SSL => 1);
} else {
    require LWP::UserAgent;
    $agent = LWP::UserAgent->new(keep_alive => 1, ssl_opts => {verify_hostname => 1});
}

sub signed {
    my ($operation, $body) = @_;
    my $time = strftime("%Y%m%dT%H%M%SZ", gmtime);
    my $target = "DynamoDB_20120810.$operation";
    my $scope = substr($time, 0, 8) . "/us-east-1/dynamodb/aws4_request";
    my $names = "host;x-amz-date;x-amz-target";
    my $request = join "\n", "POST", "/", "", "host:$host", "x-amz-date:$time", "x-amz-target:$target", "", $names, sha256_hex($body);
    my $key = "AWS4secret";
    $key = hmac_sha256($_, $key) for split "/", $scope;
    my $signature = hmac_sha256_hex(join("\n", "AWS4-HMAC-SHA256", $time, $scope, sha256_hex($request)), $key);
    return ("X-Amz-Date" => $time, "X-Amz-Target" => $target, "Content-Type" => "application/x-amz-json-1.0",
        "Authorization" => "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/$scope, SignedHeaders=$names, Signature=$signature");
}

sub call {
    my ($operation, $body) = @_;
    my %headers = signed($operation, $body);
    if ($library eq "tiny") {
        my $answer = $agent->request("POST", "https://$host/", {headers => \%headers, content => $body});
        die $answer->{content} if $answer->{status} == 599;
        return $answer->{content};
    }
    my $answer = $agent->post("https://$host/", %headers, Content => $body);
    die $answer->message if $answer->header("Client-Warning");
    return $answer->content;
}

$| = 1;
open my $file, "<:raw", $requests or die $!;
while (my $line = <$file>) {
    chomp $line;
    my ($operation, $body, $wanted) = split /\t/, $line;
    my $answer;
    for (;;) {
        $answer = call($operation, $body);
        last if index($answer, $wanted // "") >= 0;
        select undef, undef, undef, 0.2;
    }
    print "$answer\n";
}
