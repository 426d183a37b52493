using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>What is a secret when it is sent is a secret when it is read, whether the answer is declared or not.</summary>
public sealed class AnswerMaskTests
{
    private const string Secret = "swordfish-4711";

    // What guests are told, or are to run: an agent that may read their settings may read these, without the secrets that can be told inside.
    private static readonly string[] s_shown = ["args", "entrypoint", "input-data", "content", "command", "commands", "cmd-opts", "data", "state"];

    [Theory]
    [InlineData(ProxmoxProduct.VirtualEnvironment, 40)]
    [InlineData(ProxmoxProduct.BackupServer, 20)]
    public void Secrets_ThatACallSets_AreMaskedWhereTheyAreRead(ProxmoxProduct product, int least)
    {
        ApiSchema schema = product == ProxmoxProduct.BackupServer ? PbsApiSchema.Embedded : PveApiSchema.Embedded;
        List<string> open = [];
        int seen = 0;
        foreach (ApiEndpoint write in schema.Endpoints.Where(static endpoint => endpoint.Method is ApiMethod.Post or ApiMethod.Put))
        {
            IEnumerable<string> names = write.Parameters.Keys.Concat(write.Variants?.Parameters.SelectMany(static variant => variant.Value.Keys) ?? []).Distinct();
            foreach (string name in names.Where(name => ReviewedParameter.IsKeptOut(write.Path, name) && !s_shown.Contains(name)))
            {
                foreach (ApiEndpoint read in schema.Endpoints.Where(read => read.Method == ApiMethod.Get && IsAbout(read.Path, write.Path) && IsRead(product, read)))
                {
                    seen++;
                    JsonNode?[] answers =
                    [
                        new JsonObject { [name] = Secret }, new JsonArray(new JsonObject { [name] = Secret }), new JsonObject { [name] = new JsonArray(Secret) },
                        new JsonObject { [name] = new JsonArray(new JsonObject { ["name"] = "a", ["value"] = Secret }) },
                    ];
                    open.AddRange(answers.Where(answer => SafeText.Of(AnswerMasks.Of(answer!.DeepClone(), read.Path), "value")!.ToJsonString().Contains(Secret, StringComparison.Ordinal))
                        .Select(answer => $"{read} {answer!.ToJsonString()}"));
                }
            }
        }

        Assert.Empty(open);
        Assert.True(seen >= least, $"{seen} looked at");
    }

    [Fact]
    public void ConfigurationInABackup_IsMaskedAsThatOfTheGuestIs()
    {
        const string config = "args: -k swordfish-4711\ncipassword: swordfish-4711\ncores: 2\nentrypoint: swordfish-4711\nenv: A=swordfish-4711\n"
            + "lxc.environment: A=swordfish-4711\n#qmdump#map:scsi0:drive-scsi0\n";
        string shown = AnswerMasks.Of(JsonValue.Create(config), "/nodes/{node}/vzdump/extractconfig")!.GetValue<string>();
        Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
        Assert.Contains("\ncores: 2\n", shown, StringComparison.Ordinal);
        Assert.EndsWith("#qmdump#map:scsi0:drive-scsi0\n", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/cluster/notifications/endpoints/webhook/{name}", """{"body":"swordfish-4711","url":"https://hook.example/swordfish-4711","comment":"c"}""")]
    [InlineData("/config/notifications/endpoints/webhook", """[{"header":["name=X,value=swordfish-4711"],"secret":[{"name":"a","value":"swordfish-4711"}]}]""")]
    [InlineData("/cluster/metrics/server/{id}", """{"type":"influxdb","token":"swordfish-4711"}""")]
    [InlineData("/storage/{storage}", """{"type":"cifs","password":"swordfish-4711","options":"username=a,password=swordfish-4711"}""")]
    [InlineData("/access/domains/{realm}", """{"type":"openid","client-key":"swordfish-4711"}""")]
    [InlineData("/cluster/sdn/ipams/{ipam}", """{"token":"swordfish-4711"}""")]
    [InlineData("/cluster/sdn/dns/{dns}", """{"key":"swordfish-4711"}""")]
    [InlineData("/cluster/acme/plugins/{id}", """{"data":"swordfish-4711"}""")]
    [InlineData("/nodes/{node}/lxc/{vmid}/config", """{"env":"A=1\u0000B=swordfish-4711","lxc":[["lxc.environment","B=swordfish-4711"],["lxc.apparmor.profile","x"]]}""")]
    [InlineData("/nodes/{node}/qemu/{vmid}/pending", """[{"key":"cipassword","value":"swordfish-4711","pending":"swordfish-4711"}]""")]
    [InlineData("/nodes/{node}/ceph/cfg/db", """[{"name":"mgr/dashboard/RGW_API_SECRET_KEY","value":"swordfish-4711"}]""")]
    [InlineData("/cluster/options", """{"http_proxy":"http://u:swordfish-4711@proxy.example:3128"}""")]
    [InlineData("/nodes/{node}/subscription", """{"key":"swordfish-4711"}""")]
    public void Of_AnswersWithSecrets_HasNone(string path, string answer) => Assert.DoesNotContain(
        Secret, SafeText.Of(AnswerMasks.Of(JsonNode.Parse(answer), path), "value")!.ToJsonString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("/nodes/{node}/qemu/{vmid}/config", """{"sshkeys":"ssh-ed25519 AAAA"}""", "ssh-ed25519")]
    [InlineData("/access/users/{userid}/token", """[{"tokenid":"agent-one","privsep":1}]""", "agent-one")]
    [InlineData("/config/sync/{id}", """{"active-encryption-key":"nightly-key"}""", "nightly-key")]
    [InlineData("/nodes/{node}/qemu/{vmid}/pending", """[{"key":"memory","value":"2048"}]""", "2048")]
    public void Of_AnswersWithoutSecrets_IsWhole(string path, string answer, string word) => Assert.Contains(
        word, SafeText.Of(AnswerMasks.Of(JsonNode.Parse(answer), path), "value")!.ToJsonString(), StringComparison.Ordinal);

    [Fact]
    public async Task ApiRead_OfAWebhook_ShowsNothingOfWhatItSends()
    {
        await using AgentSession session = await AgentSession.StartAsync("""{"version":1}""");
        await using PveClient root = new(session.Site.PveOptions with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        string token = DefaultCluster.TokenId;
        await root.Raw.PutAsync("/access/acl", new ApiParameters
        {
            { "path", "/" }, { "roles", "Administrator" }, { "users", token[..token.IndexOf('!', StringComparison.Ordinal)] }, { "tokens", token },
        });
        await root.Raw.PostAsync("/cluster/notifications/endpoints/webhook", new ApiParameters
        {
            { "name", "hook" }, { "method", "post" }, { "url", $"https://hook.example/{Secret}" }, { "body", Convert.ToBase64String("swordfish"u8) },
        });
        CallToolResult result = await session.CallAsync("api_read", """{"path":"/cluster/notifications/endpoints/webhook/hook"}""");
        Assert.Contains("hook", AgentSession.TextOf(result), StringComparison.Ordinal);
        string all = AgentSession.TextOf(result) + result.StructuredContent;
        Assert.DoesNotContain(Convert.ToBase64String("swordfish"u8), all, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, all, StringComparison.Ordinal);
    }

    // The object itself, those of the list that it is in, and the list itself.
    private static bool IsAbout(string read, string write) => read == write || (write.EndsWith('}') && read == write[..write.LastIndexOf('/')])
        || (read.StartsWith(write + "/{", StringComparison.Ordinal) && read.LastIndexOf('/') == write.Length);

    private static bool IsRead(ProxmoxProduct product, ApiEndpoint endpoint) =>
        OperationCatalogue.For(product).Find(endpoint.Method, endpoint.Path).Class == OperationClass.Read;
}
