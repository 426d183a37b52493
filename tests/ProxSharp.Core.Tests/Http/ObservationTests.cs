using System.Diagnostics;
using System.Diagnostics.Metrics;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Http;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>Logs, traces, metrics, and what must not be in them.</summary>
public sealed class ObservationTests
{
    private const string Secret = "S3cret-of-nobody";

    private static readonly ApiCallOptions s_unchecked = new() { ValidateParameters = false };

    public static TheoryData<string> SecretNames() => ["password", "cipassword", "new-password", "ticket", "vncticket", "secret", "token", "privkey", "private-key", "key", "otp", "tfa-challenge", "encryption-key", "client-secret"];

    [Theory]
    [MemberData(nameof(SecretNames))]
    [Trait("Acceptance", "19")]
    public async Task Everything_AtTraceLevel_HoldsNoSecret(string name)
    {
        foreach (bool sync in new[] { true, false })
        {
            using ListLogger log = new();
            List<string> spans = [];
            using ActivityListener listener = Listen(activity => spans.Add(string.Join(' ', activity.DisplayName, activity.StatusDescription, string.Join(' ', activity.TagObjects))));
            using TestConnection connection = new(
                static _ => StubHandler.Json($$"""{"message":"no: {{Secret}}\n","data":null}""", 500, "no"),
                change: options => options with { LoggerFactory = log, Credentials = ProxmoxCredentials.ApiToken("root@pam!ci", Secret + "-token") });
            List<Exception> failures = [];
            foreach (ApiMethod method in Enum.GetValues<ApiMethod>())
            {
                failures.Add(await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => connection.SendAsync(sync, new ApiOperation(method, "/some/{thing}"), new() { { "thing", "x" }, { name, Secret }, { "plain", "visible" } }, s_unchecked)));
            }

            Assert.Contains(log.Lines, static line => line.Contains("plain=visible", StringComparison.Ordinal));
            string all = string.Join('\n', [.. log.Lines, .. spans, .. failures.Select(static failure => failure.ToString())]);
            Assert.DoesNotContain(Secret, all, StringComparison.Ordinal);
            Assert.Contains("***", all, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Call_Traced_HasTheTagsOfHttpClients()
    {
        List<Activity> spans = [];
        using ActivityListener listener = Listen(activity =>
        {
            if (activity.DisplayName == "GET /traced/{thing}")
            {
                spans.Add(activity);
            }
        });
        using TestConnection connection = new(static _ => StubHandler.Text(595, "Connection refused"), change: static options => options with { Retry = new ProxmoxRetryOptions(), TimeProvider = new JumpingClock() });
        await Assert.ThrowsAsync<ProxmoxApiException>(() => connection.SendAsync(false, new ApiOperation(ApiMethod.Get, "/traced/{thing}"), new() { { "thing", "x" } }));
        Activity span = Assert.Single(spans);
        Dictionary<string, object?> tags = span.TagObjects.ToDictionary(static tag => tag.Key, static tag => tag.Value);
        Assert.Equal("GET", tags["http.request.method"]);
        Assert.Equal("pve1", tags["server.address"]);
        Assert.Equal(8006, tags["server.port"]);
        Assert.Equal(595, tags["http.response.status_code"]);
        Assert.Equal(2, tags["http.request.resend_count"]);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
    }

    [Fact]
    public async Task Call_Measured_RecordsDurationAndRetries()
    {
        int durations = 0;
        int retries = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, self) =>
        {
            if (instrument.Meter.Name == "ProxSharp.Core")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            if (instrument.Name == "proxsharp.call.duration" && tags.ToArray().Any(static tag => Equals(tag.Value, "/measured")))
            {
                Interlocked.Increment(ref durations);
            }
        });
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => retries += instrument.Name == "proxsharp.call.retries" ? 1 : 0);
        listener.Start();
        using TestConnection connection = new(
            static call => call.Number == 1 ? StubHandler.Text(503, "Service Unavailable") : StubHandler.Json("""{"data":1}"""),
            change: static options => options with { Retry = new ProxmoxRetryOptions(), TimeProvider = new JumpingClock() });
        await connection.SendAsync(true, new ApiOperation(ApiMethod.Get, "/measured"));
        Assert.Equal(1, durations);
        Assert.True(retries >= 1);
    }

    [Theory]
    [InlineData("tokenid", false)]
    [InlineData("comment", false)]
    [InlineData("sshkeys", false)]
    [InlineData("hotplug", false)]
    [InlineData("token-name", false)]
    [InlineData("Password", true)]
    [InlineData("client-key", true)]
    [InlineData("eab_hmac_key", true)]
    [InlineData("otel-headers", true)]
    [InlineData("http_proxy", true)]
    [InlineData("input-data", true)]
    [InlineData("lock-token", true)]
    [InlineData("target-endpoint", true)]
    public void IsSecret_Name_IsTold(string name, bool secret) => Assert.Equal(secret, Secrets.IsSecret(name));

    [Theory]
    [InlineData("target-endpoint", "apitoken=PVEAPIToken=root@pam!t=S3cret-of-nobody,host=h", "")]
    [InlineData("commands", """[{"path":"access/ticket","args":{"password":"S3cret-of-nobody"}}]""", "")]
    [InlineData("command", "mysql -uroot -pS3cret-of-nobody", "")]
    [InlineData("env", "TOKEN=S3cret-of-nobody", "")]
    [InlineData("url", "https://user:S3cret-of-nobody@mirror/debian.iso", "https://***@mirror/***")]
    [InlineData("url", "https://S3cret-of-nobody@mirror", "https://***@mirror")]
    [InlineData("url", "https://bucket/x.iso?X-Amz-Signature=S3cret-of-nobody", "https://bucket/***")]
    [InlineData("url", "https://h/x.iso?a=1,2&k=S3cret-of-nobody", "https://h/***")]
    [InlineData("url", "https://chat/api/webhooks/1/S3cret-of-nobody", "https://chat/***")]
    [InlineData("entrypoint", "/bin/app --password S3cret-of-nobody", "")]
    [InlineData("mp", "vers=3,pass=S3cret-of-nobody", "vers=3,pass=***")]
    [InlineData("options", "vers=3,password=S3cret-of-nobody,ro", "vers=3,password=***,ro")]
    [Trait("Acceptance", "19")]
    public async Task Value_WithASecretInside_IsMaskedInLogsAndErrors(string name, string value, string shown)
    {
        using ListLogger log = new();
        using TestConnection connection = new(
            static _ => StubHandler.Json("""{"message":"cannot use S3cret-of-nobody here\n","data":null}""", 500, "no"),
            change: options => options with { LoggerFactory = log });
        ProxmoxApiException failure = await Assert.ThrowsAnyAsync<ProxmoxApiException>(
            () => connection.SendAsync(false, new ApiOperation(ApiMethod.Post, "/some/thing"), new() { { name, value } }, s_unchecked));

        Assert.DoesNotContain(log.Lines, static line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.Equal(shown.Length == 0 ? "***" : shown, new ApiParameter(name, value, ApiParameterKind.Text, IsListItem: false).ToString()[(name.Length + 1)..]);
        if (name is not ("command" or "entrypoint"))
        {
            Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public void Parameter_AsText_MasksSecrets()
    {
        ApiParameters parameters = new() { { "cipassword", "hunter2" }, { "name", "web1" } };
        Assert.Equal(["cipassword=***", "name=web1"], parameters.Select(static parameter => parameter.ToString()));
    }

    private static ActivityListener Listen(Action<Activity> stopped)
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == "ProxSharp.Core",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (stopped)
                {
                    stopped(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
