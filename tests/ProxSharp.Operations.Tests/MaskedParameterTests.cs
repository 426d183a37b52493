using System.Globalization;
using System.Runtime.CompilerServices;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Tests;

/// <summary>What the ledger keeps to itself, over all endpoints. The list beside this class is reviewed by people: a new line in it is a decision.</summary>
public sealed class MaskedParameterTests
{
    private const string Sentinel = "Zq7-sentinel";

    [Fact]
    public void Ledger_OverAllEndpoints_MasksWhatTheReviewedListSays()
    {
        string[] found = [.. Lines(ProxmoxProduct.VirtualEnvironment, "pve"), .. Lines(ProxmoxProduct.BackupServer, "pbs")];
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(Path.Combine(Folder(), "masked-parameters.txt"), string.Join('\n', found) + "\n");
            return;
        }

        using StreamReader reader = new(typeof(MaskedParameterTests).Assembly.GetManifestResourceStream("masked-parameters.txt")!);
        string[] reviewed = [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line[0] != '#')];
        Assert.Equal(string.Join('\n', reviewed), string.Join('\n', found));
    }

    [Theory]
    [InlineData("PUT", "/cluster/ha/resources/{sid}", "state", "started", "state=started")]
    [InlineData("PUT", "/storage/{storage}", "content", "iso,backup", "content=iso,backup")]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "cipassword", "hunter2hunter2", "cipassword=***")]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/agent/file-write", "content", "root:x", "content=***")]
    [InlineData("PUT", "/access/domains/{realm}", "tfa", "type=yubico,id=1,key=abc", "tfa=***")]
    [InlineData("PUT", "/cluster/options", "http_proxy", "http://me:geheim@proxy:8080", "http_proxy=http://***@proxy:8080")]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/remote_migrate", "target-endpoint", "host=b,apitoken=PVEAPIToken=a@b!c=1234-5678", "***")]
    [InlineData("POST", "/cluster/unknown", "Client_Secret", "abcdefgh", "Client_Secret=***")]
    public void Record_ByTheCallAndNotByTheName_HidesSecretsAlone(string verb, string path, string name, string value, string shown)
    {
        Assert.True(ApiMethods.TryParse(verb, out ApiMethod method));
        string line = new PlannedCall(method, path, new ApiParameters { { name, value } }, ClassSet.Of(OperationClass.Privileged)).ToString();
        Assert.Contains(shown, line, StringComparison.Ordinal);
        Assert.True(shown.Contains(value, StringComparison.Ordinal) || !line.Contains(value, StringComparison.Ordinal), line);
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    private static IEnumerable<string> Lines(ProxmoxProduct product, string prefix)
    {
        SortedDictionary<string, SortedSet<string>> masked = new(StringComparer.Ordinal);
        SortedDictionary<string, SortedSet<string>> shown = new(StringComparer.Ordinal);
        foreach (ApiEndpoint endpoint in CatalogueTests.SchemaOf(product).Endpoints)
        {
            foreach (string name in endpoint.Parameters.Keys.Where(name => !endpoint.Path.Contains($"{{{name}}}", StringComparison.Ordinal)))
            {
                ApiParameters parameters = new() { { name, Sentinel } };
                bool isMasked = !new PlannedCall(endpoint.Method, endpoint.Path, parameters, ClassSet.Of(OperationClass.Privileged)).ToString()
                    .Contains(Sentinel, StringComparison.Ordinal);
                if (isMasked || !parameters[0].ToString().Contains(Sentinel, StringComparison.Ordinal))
                {
                    SortedDictionary<string, SortedSet<string>> list = isMasked ? masked : shown;
                    list.TryAdd(name, new SortedSet<string>(StringComparer.Ordinal));
                    list[name].Add(endpoint.ToString());
                }
            }
        }

        return masked.SelectMany(pair => Write($"{prefix} masked {pair.Key}", pair.Value))
            .Concat(shown.SelectMany(pair => Write($"{prefix} shown {pair.Key}", pair.Value)));
    }

    // A token that every call about networks takes would fill the list: what is many is counted.
    private static IEnumerable<string> Write(string what, SortedSet<string> endpoints) => endpoints.Count > 20
        ? [string.Create(CultureInfo.InvariantCulture, $"{what}: {endpoints.Count} endpoints, {endpoints.Min} first, {endpoints.Max} last")]
        : endpoints.Select(endpoint => $"{what}: {endpoint}");
}
