using ProxSharp.Configuration;

namespace ProxSharp.Core.Tests.Configuration;

/// <summary>Several servers from a file and the environment.</summary>
public sealed class ProxmoxConfigTests
{
    private const string Good = """
        {
          // Two of each would do as well.
          "clusters": {
            "prod-1": {
              "endpoints": ["https://pve1:8006", "pve2"], "tokenId": "ci@pve!auto", "secret": "env:PROD_SECRET",
              "timeout": 30, "connectTimeout": 2.5, "learnPeers": true,
            },
            "lab": { "endpoints": "lab", "user": "root@pam", "secret": "file:/run/secrets/lab", "insecure": true }
          },
          "backupServers": {
            "archive": { "endpoints": ["pbs1"], "tokenId": "backup@pbs!ci", "secret": "exec:pass show pbs", "fingerprints": ["ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB"] }
          }
        }
        """;

    private static readonly Dictionary<string, string> s_nothing = [];

    [Fact]
    public void Parse_File_GivesOptionsForEachServer()
    {
        ProxmoxConfig config = ProxmoxConfig.Parse(Good, s_nothing);

        Assert.Equal(["lab", "prod-1"], config.Clusters.Keys.Order());
        ProxmoxClientOptions prod = config.Clusters["PROD-1"].ToOptions();
        Assert.Equal(["pve1:8006", "pve2:8006"], prod.Endpoints.Select(static endpoint => endpoint.Authority));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2.5), true), (prod.Timeout, prod.ConnectTimeout, prod.LearnPeers));
        Assert.Equal("ci@pve!auto", prod.Credentials.User);
        ProxmoxClientOptions lab = config.Clusters["lab"].ToOptions();
        Assert.Equal((TimeSpan.FromSeconds(60), "any certificate (insecure)"), (lab.Timeout, lab.Trust.ToString()));
        ProxmoxClientOptions archive = config.BackupServers["archive"].ToOptions();
        Assert.Equal(("pbs1:8007", "pinned certificates"), (archive.Endpoints[0].Authority, archive.Trust.ToString()));
    }

    [Fact]
    public void Parse_Environment_AddsAndReplacesMembers()
    {
        Dictionary<string, string> environment = new()
        {
            ["PROXSHARP_CLUSTERS__PROD_1__TIMEOUT"] = "90",
            ["PROXSHARP_CLUSTERS__PROD_1__ENDPOINTS"] = "a, b",
            ["PROXSHARP_CLUSTERS__EDGE__ENDPOINTS"] = "edge1",
            ["PROXSHARP_CLUSTERS__EDGE__TOKEN_ID"] = "ci@pve!edge",
            ["PROXSHARP_CLUSTERS__EDGE__SECRET"] = "env:EDGE",
            ["PROXSHARP_CLUSTERS__EDGE__LEARN_PEERS"] = "true",
            ["PROXSHARP_TEST_PVE_URL"] = "not ours",
            ["PATH"] = "/bin",
        };

        ProxmoxConfig config = ProxmoxConfig.Parse(Good, environment);

        Assert.Equal((TimeSpan.FromSeconds(90), "a b"), (config.Clusters["prod-1"].Timeout, string.Join(' ', config.Clusters["prod-1"].Endpoints)));
        Assert.Equal(("ci@pve!edge", true), (config.Clusters["edge"].TokenId, config.Clusters["edge"].LearnPeers));
        Assert.Equal(["edge"], ProxmoxConfig.Parse("", environment.Where(static pair => pair.Key.Contains("EDGE", StringComparison.Ordinal)).ToDictionary()).Clusters.Keys);
    }

    [Fact]
    public void Parse_ManyMistakes_AreNamedAllAtOnce()
    {
        const string Bad = """
            {
              "clusters": {
                "a": { "endpoints": ["https://pve1:8006", "pve 2"], "tokenId": "ci", "secret": "hunter2-hunter2", "timeout": "soon", "colour": 1 },
                "b": { "endpoints": [], "user": "root@pam", "tokenId": "root@pam!x" },
                "c": 5
              },
              "backupServers": { "d": { "endpoints": ["pbs"], "user": "root@pam", "secret": "env:X", "fingerprints": ["AB"], "insecure": true, "learnPeers": true, "timeout": -1 } },
              "servers": {}
            }
            """;
        Dictionary<string, string> environment = new() { ["PROXSHARP_BACKUPSERVERS__D__CA_FILE"] = "/nowhere/ca.pem", ["PROXSHARP_CLUSTERS__A__INSECURE"] = "perhaps" };

        ProxmoxConfigException thrown = Assert.Throws<ProxmoxConfigException>(() => ProxmoxConfig.Parse(Bad, environment));

        Assert.Equal(
            [
                "PROXSHARP_CLUSTERS__A__INSECURE",
                "backupServers.d.caFile", "backupServers.d.fingerprints[0]", "backupServers.d.insecure", "backupServers.d.learnPeers", "backupServers.d.timeout",
                "clusters.a.colour", "clusters.a.endpoints[1]", "clusters.a.secret", "clusters.a.timeout", "clusters.a.tokenId",
                "clusters.b.endpoints", "clusters.b.secret", "clusters.b.tokenId",
                "clusters.c",
                "servers",
            ],
            thrown.Errors.Select(static error => error.Place).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("hunter2", thrown.ToString(), StringComparison.Ordinal);
        Assert.Contains("clusters.b.endpoints: There is no address.", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "There is no server")]
    [InlineData("{}", "There is no server")]
    [InlineData("[]", "must hold an object")]
    [InlineData("{ \"clusters\": ", "JSON")]
    [InlineData("{ \"clusters\": 1 }", "must be an object")]
    [InlineData("{ \"clusters\": { \"a\": {\"endpoints\":[\"x\"],\"user\":\"a@b\",\"secret\":\"env:S\"}, \"A\": {} } }", "same name but for the case")]
    public void Parse_NoConfiguration_SaysSo(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<ProxmoxConfigException>(() => ProxmoxConfig.Parse(json, s_nothing)).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_File_NamesItInErrors()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("config.json", Good);
        Assert.Equal(2, ProxmoxConfig.Load(file, s_nothing).Clusters.Count);
        File.WriteAllText(file, "{");
        Assert.Contains(file, Assert.Throws<ProxmoxConfigException>(() => ProxmoxConfig.Load(file, s_nothing)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => ProxmoxConfig.Load(folder.File("none.json"), s_nothing));
    }

    [Fact]
    public void ToOptions_WrongSettings_NamesThem()
    {
        ProxmoxConfigException thrown = Assert.Throws<ProxmoxConfigException>(() => new ServerConfig { Product = ProxmoxProduct.VirtualEnvironment }.ToOptions());
        Assert.Equal(["server.endpoints", "server.tokenId", "server.secret"], thrown.Errors.Select(static error => error.Place));
    }
}
