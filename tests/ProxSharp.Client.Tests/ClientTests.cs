using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Schema;
using ProxSharp.Tls;

namespace ProxSharp.Client.Tests;

/// <summary>What holds against every server of both products.</summary>
public abstract class ClientTests
{
    private readonly ServerUnderTest _server;

    private protected ClientTests(ServerUnderTest server) => _server = server;

    /// <summary>Values for the path parameters of the endpoints that every server has.</summary>
    private protected abstract IReadOnlyDictionary<string, string> KnownIds { get; }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Version_Read_NamesARelease(bool sync)
    {
        JsonElement version = await GetAsync("/version", sync);
        Assert.NotEmpty(version.GetProperty("version").GetString()!);
    }

    [Fact]
    public async Task Lists_OfTheWholeApi_AreReadOrRefusedWithATypedError()
    {
        int read = 0;
        foreach (ApiEndpoint endpoint in Readable())
        {
            string path = KnownIds.Aggregate(endpoint.Path, static (path, id) => path.Replace($"{{{id.Key}}}", id.Value, StringComparison.Ordinal));
            try
            {
                await _server.Client.Raw.GetAsync(path, cancellationToken: TestContext.Current.CancellationToken);
                read++;
            }
            catch (ProxmoxApiException exception)
            {
                // A server may lack a feature, or the token a privilege; what counts is that it is said.
                Assert.NotEmpty(exception.ServerMessage);
            }
        }

        Assert.True(read > 20, $"Only {read} lists could be read.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UnknownParameter_IsRefusedHereAndThere(bool sync)
    {
        ApiParameters parameters = new() { { "no-such-parameter", "1" } };
        Assert.Contains("no-such-parameter", (await Assert.ThrowsAsync<ProxmoxValidationException>(() => SendAsync("/version", parameters, null, sync))).ParameterErrors.Keys);

        ProxmoxApiException there = await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => SendAsync("/version", parameters, new ApiCallOptions { ValidateParameters = false }, sync));
        Assert.Equal(400, (int)there.StatusCode);
        Assert.Contains("no-such-parameter", there.ParameterErrors.Keys);
    }

    [Fact]
    public async Task WrongFingerprint_IsRefusedBeforeAnythingIsSent()
    {
        ProxmoxClientOptions options = _server.Options with { Trust = ServerTrust.Pin(string.Join(':', Enumerable.Repeat("AB", 32))) };
        await using ProxmoxClient client = Create(options);
        ProxmoxConnectionException refused = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => client.Raw.GetAsync("/version"));
        Assert.True(refused.IsCertificateProblem);
        Assert.False(refused.IsTransient);
    }

    [Fact]
    public async Task WrongSecret_IsAnAuthenticationError()
    {
        ProxmoxClientOptions options = _server.Options with { Credentials = ProxmoxCredentials.ApiToken("root@pam!nosuch", "00000000-0000-0000-0000-000000000000") };
        await using ProxmoxClient client = Create(options);
        ProxmoxAuthenticationException refused = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => client.Raw.GetAsync("/version"));
        Assert.DoesNotContain("00000000-0000", refused.ToString(), StringComparison.Ordinal);
    }

    private protected abstract ProxmoxClient Create(ProxmoxClientOptions options);

    private protected Task<JsonElement> GetAsync(string path, bool sync) => SendAsync(path, null, null, sync);

    private IEnumerable<ApiEndpoint> Readable() => _server.Client.Schema.Endpoints
        .Where(static endpoint => endpoint.Method == ApiMethod.Get && endpoint.Transport == ApiTransportKind.Envelope && !endpoint.Path.Contains("websocket", StringComparison.Ordinal))
        .Where(static endpoint => !endpoint.Path.Contains("_upgrade_", StringComparison.Ordinal))
        .Where(endpoint => endpoint.Parameters.All(parameter => parameter.Value.IsPathParameter ? KnownIds.ContainsKey(parameter.Key) : parameter.Value.IsOptional));

    private async Task<JsonElement> SendAsync(string path, ApiParameters? parameters, ApiCallOptions? options, bool sync)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        ApiResponse<JsonElement> response = sync
            ? _server.Client.Raw.Get(path, parameters, options, cancellation)
            : await _server.Client.Raw.GetAsync(path, parameters, options, cancellation);
        return response.Data;
    }
}
