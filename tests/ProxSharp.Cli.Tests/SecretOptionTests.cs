using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProxSharp.Api;
using ProxSharp.Cli.Tests.Backups;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Tests;

/// <summary>Secrets stand in no command line and in no dry run, whatever their parameter is called.</summary>
public sealed class SecretOptionTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string Token = "7c6e1111-2222-3333-4444-555566667777";
    private const string Sentinel = "sentinel-of-nobody";

    // Masked by their name in every log, and no secret in these calls: people have to see them.
    private static readonly (string Name, string Path)[] s_shown =
    [
        ("args", "/qemu"), ("body", "/webhook"), ("cmd-opts", ""), ("command", ""), ("commands", "/execute"), ("content", ""), ("data", "/hosts"),
        ("encryption-key", "/push"), ("entrypoint", "/lxc"), ("env", "/lxc"), ("http-proxy", ""), ("http_proxy", ""), ("input-data", "/agent/exec"),
        ("key", "/sendkey"), ("lock-token", ""), ("proxy", ""), ("state", "/ha/"), ("state", "/openid/"), ("value", "/ceph/flags"),
    ];

    [Fact]
    public void EveryParameter_ThatLogsMask_IsASecretHereOrKnownToBeNone()
    {
        string[] bare =
        [
            .. VerbContext.Pve.Endpoints.Concat(VerbContext.Pbs.Endpoints).SelectMany(static endpoint => ParameterNeeds.All(endpoint).Keys
                .Where(name => !endpoint.Path.Contains($"{{{name}}}", StringComparison.Ordinal)
                    && !new ApiParameter(name, Sentinel, ApiParameterKind.Text, IsListItem: false).ToString().Contains(Sentinel, StringComparison.Ordinal)
                    && !EndpointParameter.IsSecretOf(endpoint.Path, name)
                    && !s_shown.Any(rule => rule.Name == name && endpoint.Path.Contains(rule.Path, StringComparison.Ordinal)))
                .Select(name => $"{name} of {endpoint}")),
        ];
        Assert.Empty(bare);
    }

    [Theory]
    [InlineData("vm remote-migrate db-2 --target-bridge vmbr0 --target-storage local-lvm --target-endpoint", "env:PVE_SECRET")]
    [InlineData("vm remote-migrate db-2 --target-bridge vmbr0 --target-storage local-lvm --target-endpoint", "@secret.txt")]
    [InlineData("ct remote-migrate 200 --target-bridge vmbr0 --target-storage local-lvm --target-endpoint", "env:PVE_SECRET")]
    [InlineData("access realm create oi --type openid --issuer-url https://x --client-id a --client-key", "env:PVE_SECRET")]
    [InlineData("access realm create oi --type openid --issuer-url https://x --client-id a --client-key", "file:secret.txt")]
    [InlineData("access realm set pve --tfa", "env:PVE_SECRET")]
    [InlineData("storage create ceph1 --type rbd --keyring", "@secret.txt")]
    [InlineData("storage create ceph1 --type rbd --keyring", "file:secret.txt")]
    [InlineData("storage create ceph1 --type rbd --keyring", "-")]
    public async Task DryRun_WithASecretByReference_ShowsNothingOfIt(string line, string value)
    {
        using CliHarness cli = await UseAsync();
        string name = line[(line.LastIndexOf("--", StringComparison.Ordinal) + 2)..];
        string plan = (await cli.LineAsync($"{line} {value} --dry-run")).Succeeded();
        Assert.Contains($"{name}='***'", plan, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("PVE_SECRET", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm remote-migrate db-2 --target-bridge vmbr0 --target-storage local-lvm --target-endpoint apitoken=PVEAPIToken=root@pam!m=hunter2,host=192.0.2.20")]
    [InlineData("access realm create oi --type openid --issuer-url https://x --client-id a --client-key hunter2")]
    [InlineData("access realm set pve --tfa type=yubico,id=1,key=hunter2")]
    [InlineData("storage create ceph1 --type rbd --keyring hunter2")]
    [InlineData("storage create ceph1 --type rbd --keyring 'exec:cat hunter2'")]
    public async Task ASecretItself_IsRefusedAndNotRepeated(string line)
    {
        using CliHarness cli = await UseAsync();
        Assert.DoesNotContain("hunter2", (await cli.LineAsync($"{line} --dry-run")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("access realm set pve --tfa type=oath,step=30")]
    [InlineData("storage create pbs9 --type pbs --server 192.0.2.5 --datastore d --encryption-key autogen")]
    public async Task AWordWhereASecretBelongs_IsTakenAsItIs(string line)
    {
        using CliHarness cli = await UseAsync();
        (await cli.LineAsync($"{line} --dry-run")).Succeeded();
    }

    [Fact]
    public async Task KeysToPress_AreNoSecret()
    {
        using CliHarness cli = await UseAsync();
        Assert.Contains("key=ctrl-alt-delete", (await cli.LineAsync("vm sendkey db-2 --key ctrl-alt-delete --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecretByReference_IsSent()
    {
        using CliHarness cli = await UseAsync();
        (await cli.LineAsync("access realm create oi2 --type openid --issuer-url https://login.example.org --client-id a --client-key env:PVE_SECRET")).Succeeded();
        Assert.Contains(Token, (await cli.JsonAsync("access realm show oi2")).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:key.pem")]
    [InlineData("@key.pem")]
    [InlineData("env:KEY_PEM")]
    public async Task ASecretOfManyLines_IsSentAsAWhole(string value)
    {
        using CliHarness cli = await UseAsync();
        using RSA rsa = RSA.Create(2048);
        using X509Certificate2 certificate = new CertificateRequest("CN=pve1", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        cli.Write("cert.pem", certificate.ExportCertificatePem());
        cli.Write("key.pem", rsa.ExportPkcs8PrivateKeyPem());
        cli.With("KEY_PEM", rsa.ExportPkcs8PrivateKeyPem());
        (await cli.LineAsync($"node certificates custom upload pve1 --certificates @cert.pem --key {value} --force")).Succeeded();
    }

    private async Task<CliHarness> UseAsync()
    {
        CliHarness cli = (await cluster.RootAsync()).With("PVE_SECRET", $"apitoken=PVEAPIToken=root@pam!move={Token},host=192.0.2.20");
        cli.Write("secret.txt", $"apitoken=PVEAPIToken=root@pam!move={Token},host=192.0.2.20");
        cli.Input = $"key={Token}";
        return cli;
    }
}
