using System.Collections;
using ProxSharp.Testing;

namespace ProxSharp.Pbs.Tests.Domain;

/// <summary>Every method that only calls an endpoint, with answers that no endpoint should give: a result or a typed error, and nothing else.</summary>
public sealed class OddAnswerTests
{
    private static readonly string[] s_answers =
    [
        "null", "[]", "{}", "\"\"", "\"text\"", "5", "true", "[null]", "[[]]", "[{}]", "[5,\"x\"]", """{"x":null}""", """{"upid":5,"store":[],"files":{},"n":"x","size":"-1"}""",
        """[{"upid":5,"store":[],"files":{},"backup-time":"soon","backup-type":"tape","n":-1}]""", "99999999999999999999999999",
    ];

    private static readonly (int Status, string Text)[] s_failures =
    [
        (400, ""), (400, "plain text, and no JSON"), (400, "{\"data\":null}"), (401, "authentication failed - invalid credentials"), (403, "permission check failed"),
        (404, "Path '/api2/json/x' not found."), (500, "broken\nin two lines"), (502, "<html><body>Bad Gateway</body></html>"), (503, ""),
    ];

    public static TheoryData<string> Calls() => [.. DomainCall.All.Keys];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_AnyAnswer_IsAResultOrAProtocolError(string name)
    {
        DomainCall call = DomainCall.All[name];
        foreach (string answer in s_answers)
        {
            using StubPbs stub = new(_ => StubPbs.Data(answer), validate: false);
            foreach (bool sync in (bool[])[true, false])
            {
                Exception? failure = await Record.ExceptionAsync(async () => Walk(await call.InvokeAsync(stub.Pbs, sync)));
                Assert.True(failure is null or ProxmoxProtocolException, $"{answer}: {failure}");
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("{")]
    [InlineData("{\"data\":")]
    [InlineData("[]")]
    [InlineData("{\"data\":[{]}")]
    [InlineData("<html></html>")]
    public async Task Call_BodyThatIsNoEnvelope_IsAProtocolErrorOrNothing(string body)
    {
        foreach (DomainCall call in DomainCall.All.Values)
        {
            using StubPbs stub = new(_ => StubHandler.Json(body), validate: false);
            foreach (bool sync in (bool[])[true, false])
            {
                Exception? failure = await Record.ExceptionAsync(() => call.InvokeAsync(stub.Pbs, sync));
                Assert.True(failure is null or ProxmoxException, $"{call.Name}: {failure}");
            }
        }
    }

    [Fact]
    public async Task Call_Failures_AreTypedAndTellVerbAndPath()
    {
        foreach (DomainCall call in DomainCall.All.Values)
        {
            foreach ((int status, string text) in s_failures)
            {
                using StubPbs stub = new(_ => StubPbs.Failure(status, text), validate: false);
                foreach (bool sync in (bool[])[true, false])
                {
                    ProxmoxApiException failure = await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => call.InvokeAsync(stub.Pbs, sync));
                    Assert.Equal(status, (int)failure.StatusCode);
                    Assert.StartsWith("Unable to ", failure.Message, StringComparison.Ordinal);
                    Assert.DoesNotContain('\n', failure.Message);
                }

                if (status >= 500)
                {
                    break; // Reads are repeated, which takes its time.
                }
            }
        }
    }

    // Reads whatever is computed late.
    private static void Walk(object? result)
    {
        if (result is IEnumerable items and not string)
        {
            foreach (object? item in items)
            {
                _ = item?.ToString();
            }
        }

        _ = result?.ToString();
    }
}
