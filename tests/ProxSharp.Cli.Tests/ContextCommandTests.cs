using System.Text.Json;
using ProxSharp.Cli.Tests.Backups;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

public sealed class ContextCommandTests
{
    private const string Pin = "AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA";

    [Fact]
    public async Task Add_FirstContext_IsCurrentAndKeepsNoSecret()
    {
        using CliHarness cli = new CliHarness().With("LAB_SECRET", "top-secret-value");

        CliRun run = await cli.LineAsync("context add lab pve1 pve2:8443 --token-id root@pam!ci --secret env:LAB_SECRET --fingerprint " + Pin.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant());

        Assert.Contains("'lab' saved and current", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Succeeded());
        string file = await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("top-secret-value", file, StringComparison.Ordinal);
        Snapshot.Match("contexts-file", file);
    }

    [Fact]
    public async Task Save_OnUnix_LeavesAFileOnlyItsOwnerCanRead()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        using CliHarness cli = new();

        await AddAsync(cli, "lab");
        await AddAsync(cli, "two");

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(cli.ContextFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(cli.ContextFile)!));
        }

        string folder = Path.GetDirectoryName(cli.ContextFile)!;
        Assert.Equal([Path.Combine(folder, ".contexts.json.lock"), cli.ContextFile], Directory.GetFiles(folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Add_NameThatExists_FailsUnlessReplaced()
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");

        string line = (await cli.LineAsync("context add lab pve9 --user root@pam --secret env:X")).FailedWith(6);
        CliRun replaced = await cli.LineAsync("context add lab pve9 --user root@pam --secret env:X --replace");

        Assert.Contains("--replace", line, StringComparison.Ordinal);
        replaced.Succeeded();
        Assert.Contains("pve9:8006", (await cli.LineAsync("context show lab")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_Rules_ChangesThemAndNothingElse()
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");
        JsonElement before = await cli.JsonAsync("context show lab");
        Assert.Contains("'lab' is read-only.", (await cli.LineAsync("context set --read-only lab --protect-tag prod,db")).Errors, StringComparison.Ordinal);
        JsonElement set = await cli.JsonAsync("context set lab --read-only false --unprotect-tag db --protect-tag web");
        Assert.Equal(["prod", "web"], set.GetProperty("protectedTags").EnumerateArray().Select(static tag => tag.GetString()));
        Assert.False(set.TryGetProperty("readOnly", out JsonElement flag) && flag.GetBoolean());
        (await cli.LineAsync("context set lab --unprotect-tag prod --unprotect-tag web")).Succeeded();
        Assert.Equal(before.GetRawText(), (await cli.JsonAsync("context show lab")).GetRawText());
    }

    [Theory]
    [InlineData("context set lab", 2, "Nothing is named")]
    [InlineData("context set lab --protect-tag 'a b;c!'", 2, "cannot be a tag")]
    [InlineData("context set lab --protect-tag a --unprotect-tag A", 2, "is to be protected and not")]
    [InlineData("context set lab --unprotect-tag gone", 2, "does not protect the tag 'gone'")]
    [InlineData("context set other --read-only", 2, "There is no context 'other'")]
    public async Task Set_WhatCannotBe_IsRefusedAndChangesNothing(string line, int code, string expected)
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");
        string before = await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken);
        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(code), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task List_SeveralContexts_MarksTheCurrentOne()
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");
        (await cli.LineAsync("context add backup pbs1:8007 --token-id 'sync@pbs!nightly' --secret file:secret.txt --insecure")).Succeeded();
        (await cli.LineAsync("context use backup")).Succeeded();

        Snapshot.Match("context-list", (await cli.LineAsync("context list")).Succeeded());
        Snapshot.Match("context-list-json", (await cli.LineAsync("context list -o json")).Succeeded().Replace(cli.Home, "/home/me", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Show_CurrentContext_HasEverythingButTheSecret()
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");

        Snapshot.Match("context-show", (await cli.LineAsync("context show")).Succeeded());
        Snapshot.Match("context-show-yaml", (await cli.LineAsync("context show lab -o yaml")).Succeeded());
    }

    [Fact]
    public async Task Remove_CurrentContext_LeavesNoneCurrent()
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");

        (await cli.LineAsync("context remove lab")).Succeeded();

        using JsonDocument file = JsonDocument.Parse(await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken));
        Assert.False(file.RootElement.TryGetProperty("current", out _));
        Assert.Empty(file.RootElement.GetProperty("contexts").EnumerateArray());
        (await cli.LineAsync("context show")).FailedWith(2);
    }

    [Theory]
    [InlineData("context use nowhere", "There is no context 'nowhere'")]
    [InlineData("context show nowhere", "There are: lab")]
    [InlineData("context remove nowhere", "There is no context 'nowhere'")]
    [InlineData("api ls --context nowhere", "There is no context 'nowhere'")]
    [InlineData("context add -x pve1 --user root@pam --secret env:X", "Unknown option '-x'")]
    [InlineData("context add 'a b' pve1 --user root@pam --secret env:X", "cannot be the name")]
    [InlineData("context add x pve1 --secret env:X", "Nobody is named")]
    [InlineData("context add x pve1 --user root@pam", "--secret is missing")]
    [InlineData("context add x pve1 --user root --secret env:X", "The value of --user is no user")]
    [InlineData("context add x pve1 --token-id root@pam --secret env:X", "is no token id")]
    [InlineData("context add x pve1 --user root@pam --token-id root@pam!x --secret env:X", "exclude each other")]
    [InlineData("context add x http://pve1 --user root@pam --secret env:X", "https")]
    [InlineData("context add x https://u:p@pve1 --user root@pam --secret env:X", "'https://***@pve1' is no server address")]
    [InlineData("context add x https://pve1/nodes --user root@pam --secret env:X", "is no server address")]
    [InlineData("context add x pve1 --user root@pam --secret env:X --fingerprint AA:BB", "is no SHA-256 fingerprint")]
    [InlineData("context add x pve1 --user root@pam --secret env:X --ca-file missing.pem", "does not exist")]
    [InlineData("context add x pve1 --user root@pam --secret env:X --insecure --fingerprint AA", "exclude each other")]
    [InlineData("context add x pve1 --user root@pam --secret env:X --product pmg", "'pmg' is no product")]
    [InlineData("context add mix pve1:8006 pbs1:8007 --user root@pam --secret env:X", "pve1:8006 is a Proxmox VE and pbs1:8007 a backup server")]
    [InlineData("context add x pve1 --user root@pam --secret env:X --ca-file ~/.config/prox/contexts.json", "holds no certificate")]
    [InlineData("context add x pve1 --user root@pam --secret env:X --protect-tag 'prod!'", "'prod!' cannot be a tag of a guest")]
    [InlineData("context add x pve1 --user root@pam --secret env:X --protect-tag prod,-db", "starts with a letter, a digit or '_'")]
    [InlineData("context add x pve1 --user root@pam --secret env:X --protect-tag ' , '", "' , ' cannot be a tag of a guest")]
    [InlineData("context add x", "Required argument 'url' missing")]
    public async Task Context_BadInput_IsOneLineWithCode2(string line, string expected)
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--token-id 'a@pve!b=hunter2-in-clear'")]
    [InlineData("--token-id 'a@pbs!b:hunter2-in-clear'")]
    [InlineData("--token-id 'PVEAPIToken=a@pve!b=hunter2-in-clear'")]
    [InlineData("--token-id hunter2-in-clear")]
    [InlineData("--token-id 'a@pve!b=hunter2@x!y'")]
    [InlineData("--user root@pam:hunter2-in-clear")]
    public async Task Add_IdentityWithASecret_IsRefusedAndNotRepeated(string option)
    {
        using CliHarness cli = new();

        CliRun run = await cli.LineAsync($"context add lab pve1 {option} --secret env:X --debug");

        Assert.Equal(2, run.ExitCode);
        Assert.DoesNotContain("hunter2", run.Errors + run.Output, StringComparison.Ordinal);
        Assert.Contains("--secret", (await cli.LineAsync($"context add lab pve1 {option} --secret env:X")).FailedWith(2), StringComparison.Ordinal);
        Assert.False(File.Exists(cli.ContextFile));
    }

    [Theory]
    [InlineData("pve1 pve2:8443", "https://pve1:8006,https://pve2:8443", "pve")]
    [InlineData("pbs1:8007 pbs2", "https://pbs1:8007,https://pbs2:8007", "pbs")]
    [InlineData("pbs1 pbs2:8007", "https://pbs1:8007,https://pbs2:8007", "pbs")]
    [InlineData("pve1:8006 forwarded:8007 --product pve", "https://pve1:8006,https://forwarded:8007", "pve")]
    public async Task Add_SeveralAddresses_AreOneProduct(string addresses, string endpoints, string product)
    {
        using CliHarness cli = new();

        string line = (await cli.LineAsync($"context add c {addresses} --user root@pam --secret env:X -o jsonl")).Succeeded();

        using JsonDocument context = JsonDocument.Parse(line);
        Assert.Equal(product, context.RootElement.GetProperty("product").GetString());
        Assert.Equal(endpoints.Split(','), context.RootElement.GetProperty("endpoints").EnumerateArray().Select(static item => item.GetString()));
    }

    [Theory]
    [InlineData("--protect-tag ' prod ' --protect-tag 'ci,db'", "prod,ci,db")]
    [InlineData("--protect-tag 'prod;ci  db' --protect-tag PROD", "prod,ci,db")]
    [InlineData("--protect-tag _a.b-c+d", "_a.b-c+d")]
    public async Task Add_ProtectedTags_AreTakenApart(string options, string expected)
    {
        using CliHarness cli = new();

        string line = (await cli.LineAsync($"context add c pve1 --user root@pam --secret env:X {options} -o jsonl")).Succeeded();

        using JsonDocument context = JsonDocument.Parse(line);
        Assert.Equal(expected.Split(','), context.RootElement.GetProperty("protectedTags").EnumerateArray().Select(static item => item.GetString()));
    }

    [Fact]
    public async Task Load_ProtectedTagsEditedByHand_AreTakenApartOrRefused()
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");
        string file = await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken);
        async Task<CliRun> ListAsync(string tags, string options = "")
        {
            string edited = file.Replace("\"product\"", $"\"protectedTags\": {tags}, \"product\"", StringComparison.Ordinal);
            await File.WriteAllTextAsync(cli.ContextFile, edited, TestContext.Current.CancellationToken);
            return await cli.LineAsync($"context list {options}");
        }

        using JsonDocument tags = JsonDocument.Parse((await ListAsync("[\" prod \", \"ci;db\"]", "-o jsonl")).Succeeded());
        Assert.Equal(["prod", "ci", "db"], tags.RootElement.GetProperty("protectedTags").EnumerateArray().Select(static item => item.GetString()));
        Assert.Contains("has the protected tag '@tag-prod', which is none", (await ListAsync("[\"@tag-prod\"]")).FailedWith(1), StringComparison.Ordinal);
        Assert.Contains("has the protected tag ' ', which is none", (await ListAsync("[\" \"]")).FailedWith(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_GuardedContexts_SaysWhatTheyRefuse()
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");
        (await cli.LineAsync("context add prod pve2 --user root@pam --secret env:X --read-only --protect-tag prod,db")).Succeeded();

        string[] lines = (await cli.LineAsync("context list")).Succeeded().Split('\n');

        Assert.Contains("  guard ", lines[0], StringComparison.Ordinal);
        Assert.Contains("  read-only, @tag-prod, @tag-db ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_InsecureWithJson_WarnsOnStandardError()
    {
        using CliHarness cli = new();

        CliRun run = await cli.LineAsync("context add lab pve1 --user root@pam --secret env:X --insecure -o json");

        run.Succeeded();
        using JsonDocument warning = JsonDocument.Parse(run.Errors);
        Assert.Contains("is not checked", warning.RootElement.GetProperty("warning").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_SecretInClear_IsRefusedAndNotRepeated()
    {
        using CliHarness cli = new();

        string line = (await cli.LineAsync("context add lab pve1 --user root@pam --secret hunter2-in-clear")).FailedWith(2);

        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
        Assert.False(File.Exists(cli.ContextFile));
    }

    [Fact]
    public async Task Load_DamagedFile_NamesTheFile()
    {
        using CliHarness cli = new();
        await AddAsync(cli, "lab");
        await File.WriteAllTextAsync(cli.ContextFile, "{ \"contexts\": [ {} ] }", TestContext.Current.CancellationToken);

        Assert.Contains(cli.ContextFile, (await cli.LineAsync("context list")).FailedWith(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_FileEditedByHand_AcceptsCommentsAndTrailingCommas()
    {
        using CliHarness cli = new();
        string file = cli.Write("mine.json", """
            {
              // my servers
              "current": "lab",
              "contexts": [ { "name": "lab", "endpoints": ["https://pve1:8006"], "user": "root@pam", "secret": "env:X", }, ],
            }
            """);

        CliRun run = await cli.With("PROX_CONFIG", file).LineAsync("context show --fields name,product -o jsonl");

        Assert.Equal("{\"name\":\"lab\",\"product\":\"pve\"}\n", run.Succeeded());
    }

    [Theory]
    [InlineData("PROX_CONFIG", "other.json", "other.json")]
    [InlineData("XDG_CONFIG_HOME", "/nonexistent-but-absolute", "/nonexistent-but-absolute/prox/contexts.json")]
    [InlineData("XDG_CONFIG_HOME", "relative-is-ignored", ".config/prox/contexts.json")]
    public void FilePath_Variable_DecidesWhereContextsAre(string variable, string value, string expected)
    {
        using CliHarness cli = new CliHarness().With(variable, value);

        Assert.Equal(Path.GetFullPath(expected, cli.Home), new Contexts.ContextStore(cli.Environment, cli.Time).FilePath);
    }

    [Fact]
    public void FilePath_OnWindows_IsInTheRoamingProfile()
    {
        using CliHarness cli = new CliHarness().With("APPDATA", "/roaming");

        Assert.Equal("/roaming/prox/contexts.json", new Contexts.ContextStore(cli.Environment with { IsWindows = true }, cli.Time).FilePath.Replace('\\', '/'));
    }

    private static async Task AddAsync(CliHarness cli, string name) =>
        (await cli.LineAsync($"context add {name} https://{name}.example:8006 --token-id root@pam!ci --secret env:PVE_SECRET --fingerprint {Pin}")).Succeeded();
}
