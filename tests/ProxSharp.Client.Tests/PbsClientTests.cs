using System.Text.Json;
using ProxSharp.Pbs;

namespace ProxSharp.Client.Tests;

/// <summary>The Proxmox Backup Server client against a server.</summary>
public sealed class PbsClientTests(PbsUnderTest server) : ClientTests(server), IClassFixture<PbsUnderTest>
{
    private protected override IReadOnlyDictionary<string, string> KnownIds { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["node"] = "localhost",
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Datastores_TypedList_HasTheNamesOfTheRawOne(bool sync)
    {
        string[] raw = [.. (await GetAsync("/admin/datastore", sync)).EnumerateArray().Select(static store => store.GetProperty("store").GetString()!)];
        Assert.Equal(raw, (await server.Pbs.Api.Admin.Datastore.ListAsync()).Data.Select(static store => store.Store));
    }

    [Fact]
    public async Task MissingDatastore_Status_IsATypedError() =>
        await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => server.Client.Raw.GetAsync("/admin/datastore/nosuch-store/status"));

    private protected override ProxmoxClient Create(ProxmoxClientOptions options) => new PbsClient(options);
}
