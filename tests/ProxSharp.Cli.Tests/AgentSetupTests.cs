using System.Diagnostics;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Cli.Agents;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Operations;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Schema;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Tests;

/// <summary>Letting an agent in: the skill in the folder of its program, the MCP server in its settings, a token that can do little.</summary>
public sealed class AgentSetupTests
{
    [Theory]
    [InlineData("claude", ".claude/skills/proxmox", "claude mcp add proxmox -- prox mcp")]
    [InlineData("codex", ".codex/skills/proxmox", "[mcp_servers.proxmox]")]
    [InlineData("openclaw", ".openclaw/skills/proxmox", "openclaw mcp set proxmox '{\"command\":\"prox\",\"args\":[\"mcp\"]}'")]
    [InlineData("cursor", ".cursor/skills/proxmox", "mcpServers")]
    [InlineData("gemini", ".gemini/skills/proxmox", "mcpServers")]
    [InlineData("agents", ".agents/skills/proxmox", "mcpServers")]
    public async Task Install_Skill_IsWrittenAndTheMcpServerExplained(string client, string folder, string snippet)
    {
        using CliHarness cli = new();
        CliRun dry = await cli.LineAsync($"agent install --client {client} --dry-run");
        Assert.Contains("Nothing was written.", dry.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Home, folder)));

        CliRun run = await cli.LineAsync($"agent install --client {client}");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(snippet, run.Errors, StringComparison.Ordinal);
        foreach ((string path, string text) in SkillFiles.All)
        {
            Assert.Equal(text, await File.ReadAllTextAsync(Path.Combine(cli.Home, folder, path), TestContext.Current.CancellationToken));
        }

        Assert.All(JsonDocument.Parse((await cli.LineAsync($"agent install --client {client} -o json")).Succeeded()).RootElement.GetProperty("data").EnumerateArray(),
            static file => Assert.Equal("keep", file.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task Install_OverAChangedSkill_NeedsForce()
    {
        using CliHarness cli = new();
        (await cli.LineAsync("agent install --client claude --dir skills")).Succeeded();
        string file = Path.Combine(cli.Home, "skills", "proxmox", "SKILL.md");
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);
        Assert.Contains("--force", (await cli.LineAsync("agent install --client claude --dir skills")).FailedWith(6), StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        (await cli.LineAsync("agent install --client claude --dir skills --force")).Succeeded();
        Assert.NotEqual("mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("agent install --client claude --dir skills --mcp-file pipe")]
    [InlineData("agent install --client cursor --write-config")]
    public async Task Install_PipeInThePlaceOfTheConfiguration_IsRefusedAndNotWaitedFor(string line)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes among its files.");
        using CliHarness cli = new();
        Directory.CreateDirectory(Path.Combine(cli.Home, ".cursor"));
        foreach (string pipe in new[] { "pipe", ".cursor/mcp.json" })
        {
            using Process make = Process.Start("mkfifo", [Path.Combine(cli.Home, pipe)]);
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Contains("is a named pipe, and must be a regular file", (await cli.LineAsync(line)).FailedWith(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_McpFile_IsMergedAndNothingElseChanged()
    {
        using CliHarness cli = new();
        string file = cli.Write(".mcp.json", """{"other":1,"mcpServers":{"files":{"command":"files"}}}""");
        (await cli.LineAsync("agent install --client claude --dir skills --mcp-file .mcp.json")).Succeeded();
        using JsonDocument merged = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(1, merged.RootElement.GetProperty("other").GetInt32());
        Assert.Equal("files", merged.RootElement.GetProperty("mcpServers").GetProperty("files").GetProperty("command").GetString());
        Assert.Equal("prox", merged.RootElement.GetProperty("mcpServers").GetProperty("proxmox").GetProperty("command").GetString());

        string written = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        CliRun again = await cli.LineAsync("agent install --client claude --dir skills --mcp-file .mcp.json");
        Assert.DoesNotContain("merge", again.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("has an MCP server with this name already; it is left alone", again.Errors, StringComparison.Ordinal);
        Assert.Equal(written, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(file + ".bak"));

        cli.Write("comma.json", """{"mcpServers":{"files":{"command":"files"},},}""");
        (await cli.LineAsync("agent install --client claude --dir skills --mcp-file comma.json")).Succeeded();

        foreach (string twice in new[] { """{"other":1,"other":2}""", """{"mcpServers":{"files":{},"files":{"a":1}}}""", """{"mcpServers":{},"mcpServers":{}}""" })
        {
            string path = cli.Write("twice.json", twice);
            string errors = (await cli.LineAsync("agent install --client claude --dir skills --mcp-file twice.json")).FailedWith(2);
            Assert.Contains("cannot be merged into", errors, StringComparison.Ordinal);
            Assert.Equal(twice, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        }

        cli.Write("broken.json", "{");
        Assert.Contains(
            "it is no JSON from line 1 on; nothing was written",
            (await cli.LineAsync("agent install --client claude --dir skills --mcp-file broken.json")).FailedWith(2),
            StringComparison.Ordinal);
        Assert.Equal("{", await File.ReadAllTextAsync(Path.Combine(cli.Home, "broken.json"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", "[mcp_servers.proxmox]\ncommand = \"prox\"\nargs = [\"mcp\"]\n")]
    [InlineData("model = \"x\"", "model = \"x\"\n\n[mcp_servers.proxmox]\ncommand = \"prox\"\nargs = [\"mcp\"]\n")]
    [InlineData("# mine\r\n[mcp_servers.files]\r\n", "# mine\r\n[mcp_servers.files]\r\n\r\n[mcp_servers.proxmox]\r\ncommand = \"prox\"\r\nargs = [\"mcp\"]\r\n")]
    [InlineData("[mcp_servers.\"proxmox\"]\ncommand = \"mine\"\n", "[mcp_servers.\"proxmox\"]\ncommand = \"mine\"\n")]
    [InlineData(
        "[mcp_servers]\nfiles = { args = [\"a\"] }\n[other]\nproxmox = 1\n",
        "[mcp_servers]\nfiles = { args = [\"a\"] }\n[other]\nproxmox = 1\n\n[mcp_servers.proxmox]\ncommand = \"prox\"\nargs = [\"mcp\"]\n")]
    public async Task Install_WriteConfig_AddsATableToToml_AndKeepsACopy(string before, string after)
    {
        using CliHarness cli = new();
        string file = Path.Combine(cli.Home, ".codex", "config.toml");
        if (before.Length > 0)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, before, TestContext.Current.CancellationToken);
        }

        (await cli.LineAsync("agent install --client codex --write-config --dry-run")).Succeeded();
        Assert.Equal(before.Length > 0, File.Exists(file));
        (await cli.LineAsync("agent install --client codex --write-config")).Succeeded();
        Assert.Equal(after, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        bool isCopied = before.Length > 0 && before != after;
        Assert.Equal(isCopied, File.Exists(file + ".bak"));
        Assert.True(!isCopied || await File.ReadAllTextAsync(file + ".bak", TestContext.Current.CancellationToken) == before);

        // Once is enough.
        (await cli.LineAsync("agent install --client codex --write-config")).Succeeded();
        Assert.Equal(after, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(file + ".bak1"));
    }

    [Theory]
    [InlineData("[mcp_servers]\nproxmox = { command = \"b\" }\n")]
    [InlineData("[mcp_servers]\nproxmox.command = \"b\"\n")]
    [InlineData("[ \"mcp_servers\" ] # mine\r\nfiles = { command = \"f\" }\r\n\r\n  \"proxmox\" . command = \"b\"\r\n[other]\r\n")]
    [InlineData("[mcp_servers]\nfiles = { args = [\n  [\"a\"],\n] }\n'proxmox'={}\n")]
    [InlineData("[\"mcp_servers\".proxmox]\ncommand = \"b\"\n")]
    [InlineData("[[mcp_servers.proxmox]]\ncommand = \"b\"\n")]
    public async Task Install_WriteConfig_WhereTheServerIsNamedAlready_LeavesTheFileAloneAndSaysSo(string text)
    {
        using CliHarness cli = new();
        string file = Path.Combine(cli.Home, ".codex", "config.toml");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        CliRun run = await cli.LineAsync("agent install --client codex --write-config");
        run.Succeeded();
        Assert.Contains("it is left alone", run.Errors, StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(file + ".bak"));
    }

    [Theory]
    [InlineData("openclaw", ".openclaw/openclaw.json", """{"gateway":{"port":1},"mcp":{"servers":{"files":{"command":"files"}},"x":1}}""", "mcp", "servers")]
    [InlineData("cursor", ".cursor/mcp.json", """{"mcpServers":{"files":{"command":"files"}}}""", "mcpServers", null)]
    [InlineData("gemini", ".gemini/settings.json", """{"theme":"dark","mcpServers":{"files":{"command":"files"}}}""", "mcpServers", null)]
    public async Task Install_WriteConfig_AddsAnEntryToJson_AndKeepsACopy(string client, string path, string before, string name, string? below)
    {
        using CliHarness cli = new();
        string file = Path.Combine(cli.Home, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, before, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file + ".bak", "an older one", TestContext.Current.CancellationToken);

        CliRun run = await cli.LineAsync($"agent install --client {client} --write-config --context lab");

        run.Succeeded();
        Assert.Contains($"{file}.bak1", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(file + ".bak1", TestContext.Current.CancellationToken));
        Assert.Equal("an older one", await File.ReadAllTextAsync(file + ".bak", TestContext.Current.CancellationToken));
        using JsonDocument merged = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        JsonElement servers = merged.RootElement.GetProperty(name);
        servers = below is null ? servers : servers.GetProperty(below);
        Assert.Equal("files", servers.GetProperty("files").GetProperty("command").GetString());
        Assert.Equal(["mcp", "lab"], servers.GetProperty("proxmox").GetProperty("args").EnumerateArray().Select(static word => word.GetString()!));
        using JsonDocument old = JsonDocument.Parse(before);
        Assert.All(old.RootElement.EnumerateObject(), member => Assert.True(merged.RootElement.TryGetProperty(member.Name, out _), member.Name));
    }

    [Theory]
    [InlineData("openclaw", ".openclaw/openclaw.json", "{ // mine\n}")]
    [InlineData("openclaw", ".openclaw/openclaw.json", "{\"mcp\":[]}")]
    [InlineData("cursor", ".cursor/mcp.json", "[]")]
    [InlineData("codex", ".codex/config.toml", "mcp_servers = { files = { command = \"files\" } }\n")]
    [InlineData("codex", ".codex/config.toml", "[[mcp_servers]]\nname = \"files\"\n")]
    [InlineData("codex", ".codex/config.toml", "mcp_servers.files.command = \"files\"\n")]
    [InlineData("codex", ".codex/config.toml", "{ \"mcp_servers\": 1 }\n")]
    [InlineData("codex", ".codex/config.toml", "a = 1\nhello world\n")]
    [InlineData("codex", ".codex/config.toml", "a = \"\"\"\nnever closed\n")]
    [InlineData("codex", ".codex/config.toml", "a = [1,\n")]
    [InlineData("codex", ".codex/config.toml", "a = 'b\n")]
    public async Task Install_WriteConfig_WhereSomethingWouldBeLost_WritesNothing(string client, string path, string text)
    {
        using CliHarness cli = new();
        string file = Path.Combine(cli.Home, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        (await cli.LineAsync($"agent install --client {client} --write-config")).FailedWith(2);
        Assert.Equal(text, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal([file], Directory.GetFiles(cli.Home, "*", SearchOption.AllDirectories).Where(name => name.StartsWith(Path.GetDirectoryName(file)!, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("claude", "claude mcp add proxmox -- prox mcp")]
    [InlineData("agents", "--mcp-file FILE")]
    public async Task Install_WriteConfig_WhereThereIsNone_SaysWhatToDo(string client, string hint)
    {
        using CliHarness cli = new();
        Assert.Contains(hint, (await cli.LineAsync($"agent install --client {client} --write-config")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a = \"\"\"\n[mcp_servers.proxmox]\n\"\"\"\n")]
    [InlineData("a = '''\nmcp_servers = 1\n[mcp_servers.proxmox]'''\n[mcp_servers.files] # 'mine\ncommand = \"f # \\\" g\"\nargs = [\n  [\"a\"], # ]\n]\n")]
    public async Task Install_WriteConfig_WhereTheTableIsOnlyInAText_AddsIt(string text)
    {
        using CliHarness cli = new();
        string file = Path.Combine(cli.Home, ".codex", "config.toml");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        (await cli.LineAsync("agent install --client codex --write-config")).Succeeded();
        string after = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.StartsWith(text + "\n[mcp_servers.proxmox]\n", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_WriteConfig_OfTextThatIsNoToml_NamesTheLine()
    {
        using CliHarness cli = new();
        string file = Path.Combine(cli.Home, ".codex", "config.toml");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "a = \"\"\"\n\n\"\"\"\nhello world\n", TestContext.Current.CancellationToken);
        string errors = (await cli.LineAsync("agent install --client codex --write-config")).FailedWith(2);
        Assert.Contains($"{file} cannot be added to: it is no TOML: in line 4 ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".codex")]
    [InlineData(".codex/config.toml")]
    public async Task Install_OntoALinkToNothing_NamesBothAndWritesNothing(string link)
    {
        using CliHarness cli = new();
        string path = Path.Combine(cli.Home, link);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, "nowhere/at-all");
        string errors = (await cli.LineAsync("agent install --client codex --write-config")).FailedWith(2);
        Assert.Contains($"{path} is a link to nowhere/at-all", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(cli.Home, "SKILL.md", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Install_EntersTheServerWithTheContext_AndWarnsOfMoreRights()
    {
        using CliHarness cli = new();
        Assert.Contains("serves all that there will be", (await cli.LineAsync("agent install --client claude")).Errors, StringComparison.Ordinal);
        (await cli.LineAsync("context add admin https://192.0.2.1:8006 --user root@pam --secret env:A --insecure")).Succeeded();
        (await cli.LineAsync("context add lab https://192.0.2.1:8006 --token-id prox-agent@pve!reader --secret env:B --insecure --use")).Succeeded();

        CliRun current = await cli.LineAsync("agent install --client claude");
        Assert.EndsWith("claude mcp add proxmox -- prox mcp lab\n", current.Errors.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("warning", current.Errors, StringComparison.Ordinal);

        CliRun both = await cli.LineAsync("agent install --client claude lab admin");
        Assert.Contains("claude mcp add proxmox -- prox mcp lab admin", both.Errors, StringComparison.Ordinal);
        Assert.Contains("'admin' logs in as root@pam", both.Errors, StringComparison.Ordinal);
        Assert.Contains("'lab' (prox-agent@pve!reader) and 'admin' (root@pam) reach the same server", both.Errors, StringComparison.Ordinal);
        Assert.Contains("there is no context 'later' yet", (await cli.LineAsync("agent install --client claude later")).Errors, StringComparison.Ordinal);
        (await cli.RunAsync("agent", "install", "--client", "claude", "a b")).FailedWith(2);

        string findings = (await cli.LineAsync("policy check -c lab -o json")).Succeeded();
        Assert.Contains("\"context admin\"", findings, StringComparison.Ordinal);
        Assert.Contains("prox mcp lab", findings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guide_PrintsTheSkillAndItsPages()
    {
        using CliHarness cli = new();
        Assert.StartsWith("---\nname: proxmox\n", (await cli.LineAsync("agent guide")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync("agent guide nothing")).FailedWith(2);
        foreach ((string path, string text) in SkillFiles.All.Where(static file => file.Path != "SKILL.md"))
        {
            Assert.Equal(text, (await cli.LineAsync($"agent guide {Path.GetFileNameWithoutExtension(path)}")).Succeeded());
        }
    }

    [Fact]
    public async Task Token_ForAReader_ReadsEverythingAndChangesNothing()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        JsonElement token = Data(await cli.LineAsync("agent token create --role reader -o json"));
        Assert.Equal("prox-agent@pve!reader", token.GetProperty("tokenid").GetString());
        (await cli.LineAsync("agent token create --role reader")).FailedWith(6);

        (string url, string fingerprint) = (cluster.Url, cluster.Simulator.Fingerprint);
        await using PveClient root = new(Options(
            url, ProxmoxProduct.VirtualEnvironment, fingerprint, ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword)));
        await using PveClient client = new(Options(url, ProxmoxProduct.VirtualEnvironment, fingerprint, Token(token)));
        foreach (string path in new[]
        {
            "/version", "/cluster/resources", "/cluster/tasks", "/cluster/status", "/nodes/pve1/status", "/nodes/pve1/storage", "/nodes/pve1/qemu/100/config",
            "/nodes/pve1/qemu/100/status/current", "/nodes/pve1/qemu/100/snapshot", "/nodes/pve1/storage/local/content", "/access/permissions", "/pools",
        })
        {
            Assert.NotEqual(JsonValueKind.Null, (await client.Raw.GetAsync(path)).Data.ValueKind);
        }

        Assert.NotEmpty((await client.Raw.GetAsync("/cluster/resources")).Data.EnumerateArray());
        await NothingChangesAsync(
            client,
            root,
            ["pve1", "100", "local"],
            [
                "POST /cluster/bulk-action/guest/shutdown", "POST /cluster/bulk-action/guest/start", "POST /cluster/bulk-action/guest/suspend",
                "PUT /cluster/sdn/vnets/{vnet}/firewall/options",
            ],
            [
                "/cluster/resources", "/storage", "/access/users", "/access/roles", "/access/acl", "/pools", "/nodes/pve1/qemu/100/config",
                "/nodes/pve1/storage/local/content",
            ]);
    }

    [Fact]
    public async Task Token_ForAReaderOfABackupServer_ReadsEverythingAndChangesNothing()
    {
        SimulatedBackupServer backup = new();
        await backup.InitializeAsync();
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        JsonElement token = Data(await cli.LineAsync("agent token create --role reader -o json"));
        Assert.Equal("prox-agent@pbs!reader", token.GetProperty("tokenid").GetString());

        (string url, string fingerprint) = (backup.Simulator.Endpoint.GetLeftPart(UriPartial.Authority), backup.Simulator.Fingerprint);
        await using PbsClient root = new(Options(
            url, ProxmoxProduct.BackupServer, fingerprint, ProxmoxCredentials.Password("root@pam", DefaultBackupServer.RootPassword)));
        await using PbsClient client = new(Options(url, ProxmoxProduct.BackupServer, fingerprint, Token(token)));
        Assert.NotEmpty((await client.Raw.GetAsync("/admin/datastore/store1/snapshots")).Data.EnumerateArray());
        Assert.NotEmpty((await client.Raw.GetAsync("/status/datastore-usage")).Data.EnumerateArray());
        await NothingChangesAsync(
            client, root, ["localhost", "store1"], ["DELETE /access/ticket"], ["/admin/datastore/store1/snapshots", "/access/users", "/access/acl"]);
        await backup.DisposeAsync();
    }

    [Fact]
    public async Task Token_SecretThatCannotBeStored_IsPrintedInstead()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        cli.Write(Path.Combine(".config", "prox", "secrets"), "in the way of the folder");

        CliRun run = await cli.LineAsync("agent token create --role reader --store file --name helper");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the secret could not be stored, so it is printed", run.Errors, StringComparison.Ordinal);
        Assert.Matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", run.Output);
        Assert.DoesNotContain("helper", (await cli.LineAsync("context list -o name --fields name")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_ForAnOperator_RunsGuestsWhereItMay_AndMakesOrDestroysNone()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        JsonElement token = Data(await cli.LineAsync("agent token create --role operator --path /vms/106 --store file --name helper -o json"));
        Assert.False(token.TryGetProperty("secret", out _));
        Assert.Equal("helper", token.GetProperty("context").GetString());

        (await cli.LineAsync("vm start staging -c helper")).Succeeded();
        (await cli.LineAsync("vm list -c helper")).Succeeded();
        (await cli.LineAsync("vm stop web-1 -c helper")).FailedWith(4);
        (await cli.LineAsync("vm delete staging --yes -c helper")).FailedWith(4);
        (await cli.LineAsync("api create /nodes/pve1/qemu vmid=150 -c helper")).FailedWith(4);
        (await cli.LineAsync("vm agent exec staging -c helper -- id")).FailedWith(4);
        (await cli.RunAsync("api", "set", "/access/acl", "path=/", "roles=Administrator", "tokens=prox-operator@pve!operator", "-c", "helper")).FailedWith(4);
        (await cli.LineAsync("agent token create --role operator --token-name second --store file --name helper")).FailedWith(6);
    }

    [Fact]
    public async Task Token_DryRun_ShowsTheCalls()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        string calls = (await cli.LineAsync("agent token create --role operator --path /pool/production --dry-run")).Succeeded();
        Assert.Contains("POST /access/roles roleid=ProxAgentOperator", calls, StringComparison.Ordinal);
        Assert.Contains("privsep=1", calls, StringComparison.Ordinal);
        Assert.Contains("path=/pool/production", calls, StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Simulator.Traffic.Requests, static request => request.Method != "GET" && !request.Path.EndsWith("/access/ticket", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("agent token create --role reader --user nobody", 2)]
    [InlineData("agent token create --role owner", 2)]
    [InlineData("agent install --client emacs", 2)]
    [InlineData("plan create agent token create --role reader", 2)]
    [InlineData("plan create agent install --client claude", 2)]
    public async Task Arguments_ThatMakeNoSense_AreExplained(string line, int expected)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        (await cli.LineAsync(line)).FailedWith(expected);
    }

    // Every endpoint that is no read is tried: the server itself refuses, but for what acts on no guest that the token may touch, or on its own ticket.
    private static async Task NothingChangesAsync(ProxmoxClient client, ProxmoxClient administrator, string[] names, string[] answered, string[] state)
    {
        OperationCatalogue catalogue = OperationCatalogue.For(client.Schema.Product);
        string before = await StateAsync(administrator, state);
        List<string> done = [];
        int refused = 0;
        foreach (ApiEndpoint endpoint in client.Schema.Endpoints.Where(endpoint => endpoint.Method != ApiMethod.Get
            && catalogue.Find(endpoint.Method, endpoint.Path).Class != OperationClass.Read))
        {
            try
            {
                JsonElement answer = (await client.Raw.SendAsync(
                    endpoint.Method, Fill(endpoint.Path, names), null, new ApiCallOptions { ValidateParameters = false })).Data;
                done.Add(endpoint.ToString());
                if (client is PveClient pve && answer.ValueKind == JsonValueKind.String && answer.GetString()!.StartsWith("UPID:", StringComparison.Ordinal))
                {
                    await pve.Tasks[answer.GetString()!].WaitForCompletionAsync(new ProxSharp.Tasks.TaskWaitOptions { ThrowOnFailure = false });
                }
            }
            catch (ProxmoxException)
            {
                refused++;
            }
        }

        Assert.True(refused > 100);
        Assert.Equal(answered.Order(StringComparer.Ordinal), done.Order(StringComparer.Ordinal));
        Assert.Equal(before, await StateAsync(administrator, state));
    }

    private static async Task<string> StateAsync(ProxmoxClient administrator, string[] paths)
    {
        List<string> texts = [];
        foreach (string path in paths)
        {
            JsonElement data = (await administrator.Raw.GetAsync(path)).Data;
            texts.AddRange(data.ValueKind == JsonValueKind.Array
                ? data.EnumerateArray().Select(static item => string.Join(' ', s_steady.Select(name => item.TryGetProperty(name, out JsonElement value) ? value.ToString() : "-")))
                : [data.ToString()]);
        }

        return string.Join('\n', texts);
    }

    // Loads and times move on by themselves.
    private static readonly string[] s_steady =
        ["id", "vmid", "name", "status", "tags", "node", "pool", "lock", "storage", "content", "userid", "roleid", "privs", "path", "ugid", "backup-type", "backup-id", "backup-time"];

    private static ProxmoxClientOptions Options(string url, ProxmoxProduct product, string fingerprint, ProxmoxCredentials credentials) => new()
    {
        Endpoints = [ProxmoxEndpoint.Parse(url, product)],
        Credentials = credentials,
        Trust = ServerTrust.Pin(fingerprint),
        ValidateParameters = false,
    };

    private static string Fill(string path, string[] names) => path
        .Replace("{node}", names[0], StringComparison.Ordinal)
        .Replace("{vmid}", "100", StringComparison.Ordinal)
        .Replace("{storage}", "local", StringComparison.Ordinal)
        .Replace("{store}", names[^1], StringComparison.Ordinal)
        .Replace("{", "", StringComparison.Ordinal)
        .Replace("}", "", StringComparison.Ordinal);

    private static async Task<CliHarness> AdministratorAsync(SimulatedCluster cluster)
    {
        CliHarness cli = new CliHarness().With("ROOT_PASSWORD", DefaultCluster.RootPassword);
        (await cli.RunAsync(
            "context", "add", "lab", cluster.Url, "--user", "root@pam", "--secret", "env:ROOT_PASSWORD", "--fingerprint", cluster.Simulator.Fingerprint, "--use")).Succeeded();
        return cli;
    }

    private static ProxmoxCredentials Token(JsonElement token) =>
        ProxmoxCredentials.ApiToken(token.GetProperty("tokenid").GetString()!, token.GetProperty("secret").GetString()!);

    private static JsonElement Data(CliRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Succeeded());
        return document.RootElement.GetProperty("data").Clone();
    }
}
