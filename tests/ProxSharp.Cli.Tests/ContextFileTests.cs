using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The file with the contexts: what people wrote into it, where it cannot be, and several writers at once.</summary>
public sealed class ContextFileTests
{
    private const string Good = "\"endpoints\":[\"pve1\"],\"user\":\"root@pam\",\"secret\":\"env:X\"";

    [Theory]
    [InlineData("[]", "the file is no object")]
    [InlineData("{\"contexts\":{}}", "the file has a member contexts that is no list")]
    [InlineData("{\"contexts\":[5]}", "context number 1 is no object")]
    [InlineData("{\"contexts\":[{}]}", "context number 1 has no name")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"}]}", "context 'a' has neither tokenId nor user")]
    [InlineData("{\"contexts\":[{\"name\":\"a\",\"endpoints\":[\"pve1\"],\"user\":\"root@pam\"}]}", "context 'a' has no secret")]
    [InlineData("{\"contexts\":[{\"name\":\"a\",\"endpoints\":[\"pve1\"],\"user\":\"root@pam\",\"secret\":5}]}", "a member secret that is no text")]
    [InlineData("{\"contexts\":[{\"name\":\"a\",\"endpoints\":[\"pve1\"],\"secret\":\"env:X\"}]}", "neither tokenId nor user")]
    [InlineData("{\"contexts\":[{\"name\":\"a\",\"endpoints\":[\"pve1\"],\"user\":\"root@pam\",\"tokenId\":\"root@pam!x\",\"secret\":\"env:X\"}]}", "both tokenId and user")]
    [InlineData("{\"contexts\":[{\"name\":\"a\",\"user\":\"root@pam\",\"secret\":\"env:X\"}]}", "has no endpoints")]
    [InlineData("{\"contexts\":[{\"name\":\"a\",\"endpoints\":[],\"user\":\"root@pam\",\"secret\":\"env:X\"}]}", "has no endpoints")]
    [InlineData("{\"contexts\":[{\"name\":\"a\",\"endpoints\":[null],\"user\":\"root@pam\",\"secret\":\"env:X\"}]}", "endpoints with an item that is no text")]
    [InlineData("{\"contexts\":[{\"name\":\"a\",\"endpoints\":[\"http://x\"],\"user\":\"root@pam\",\"secret\":\"env:X\"}]}", "no https address")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"fingerprints\":[null]}]}", "fingerprints with an item that is no text")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"fingerprints\":[\"AA\"]}]}", "the fingerprint 'AA', which is none")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"product\":\"xxx\"}]}", "the product 'xxx'")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"insecure\":\"yes\"}]}", "insecure that is neither true nor false")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"insecure\":true,\"caFile\":\"/x.pem\"}]}", "more than one of")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + "},{\"name\":\"a\"," + Good + "}]}", "two contexts 'a'")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"readOnly\":null}]}", "readOnly that is neither true nor false")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"protectedTags\":null}]}", "protectedTags that is no list")]
    [InlineData("{\"version\":2,\"contexts\":[{\"name\":\"a\"," + Good + "}]}", "has the version 2, and this program knows version 1")]
    [InlineData("{\"version\":\"1\",\"contexts\":[]}", "has the version \"1\"")]
    [InlineData("{\"policies\":[],\"contexts\":[]}", "the file has a member policies, which means nothing")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"readonly\":true}]}", "context 'a' has a member readonly, which means nothing. Did you mean 'readOnly'?")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"read_only\":true}]}", "Did you mean 'readOnly'?")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"protect\":[\"prod\"]}]}", "Did you mean 'protectedTags'?")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"protectedTag\":[\"prod\"]}]}", "Did you mean 'protectedTags'?")]
    public async Task Load_WhatCannotBe_NamesContextAndMember(string json, string expected)
    {
        using CliHarness cli = new();
        string file = cli.Write("contexts.json", json);
        cli.With("PROX_CONFIG", file);

        string line = (await cli.LineAsync("api get /version")).FailedWith(1);

        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.DoesNotContain("Unexpected", line, StringComparison.Ordinal);
        Assert.Equal(json, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public async Task Load_EmptyFile_IsDamagedAndStaysAsItIs(string content)
    {
        using CliHarness cli = new();
        string file = cli.Write("contexts.json", content);
        cli.With("PROX_CONFIG", file);

        string read = (await cli.LineAsync("vm list")).FailedWith(1);
        (await cli.LineAsync("context add b pve2 --user root@pam --secret env:X")).FailedWith(1);

        Assert.Contains($"The context file {file} is empty", read, StringComparison.Ordinal);
        Assert.Contains("prox context add", read, StringComparison.Ordinal);
        Assert.DoesNotContain("JSON", read, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Plan_EmptyPolicyOrFileOfCalls_IsSaidWithoutWordsOfTheReader()
    {
        using CliHarness cli = new();
        (await cli.LineAsync("context add lab pve1 --user root@pam --secret env:X --use")).Succeeded();
        cli.Guard("lab", "");
        cli.Write("calls.json", "");

        string policy = (await cli.LineAsync("policy show")).FailedWith(7);
        string calls = (await cli.With("X", "secret").LineAsync("plan create --calls calls.json")).FailedWith(2);

        Assert.Contains("policy.json is empty", policy, StringComparison.Ordinal);
        Assert.Contains("calls.json is empty", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("JSON token", policy + calls, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"version\":9,\"contexts\":[]}")]
    [InlineData("{\"contexts\":[{\"name\":\"a\"," + Good + ",\"readonly\":true}]}")]
    public async Task Add_FileHoldsWhatIsNotUnderstood_LeavesItAlone(string json)
    {
        using CliHarness cli = new();
        string file = cli.Write("contexts.json", json);

        (await cli.With("PROX_CONFIG", file).LineAsync("context add b pve2 --user root@pam --secret env:X")).FailedWith(1);

        Assert.Equal(json, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Load_TokenIdWithASecret_IsNotRepeated()
    {
        using CliHarness cli = new();
        cli.With("PROX_CONFIG", cli.Write("contexts.json", "{\"contexts\":[{\"name\":\"a\",\"endpoints\":[\"pve1\"],\"tokenId\":\"a@pve!b=hunter2\",\"secret\":\"env:X\"}]}"));

        Assert.DoesNotContain("hunter2", (await cli.LineAsync("context list")).FailedWith(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/proc/nowhere/contexts.json")]
    [InlineData("/dev/null/contexts.json")]
    [InlineData("{home}")]
    [InlineData("{home}/file/contexts.json")]
    public async Task Add_PlaceThatCannotBeWritten_NamesItAndTheRemedy(string place)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The places are those of Unix.");
        using CliHarness cli = new();
        cli.Write("file", "");
        string path = place.Replace("{home}", cli.Home, StringComparison.Ordinal);
        cli.With("PROX_CONFIG", path);

        string line = (await cli.LineAsync("context add lab pve1 --user root@pam --secret env:X")).FailedWith(1);

        Assert.StartsWith("error: The contexts cannot be ", line, StringComparison.Ordinal);
        Assert.Contains($" {path}: ", line, StringComparison.Ordinal);
        Assert.EndsWith("Set PROX_CONFIG to a writable file.", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ConfigurationIsTheRoot_NeedsNoContexts()
    {
        using CliHarness cli = new CliHarness().With("PROX_CONFIG", "/").With("X", "secret");

        Assert.Contains("PROX_CONFIG", (await cli.LineAsync("api get /version --url 127.0.0.1:9 --user root@pam --secret env:X")).FailedWith(1), StringComparison.Ordinal);
        (await cli.LineAsync("api get /version --url 127.0.0.1:9 --user root@pam --secret env:X --insecure")).FailedWith(3);
    }

    [Fact]
    public async Task Add_FileIsALink_ChangesWhatItPointsTo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        using CliHarness cli = new();
        string target = cli.Write("dotfiles.json", "{}");
        string near = Path.Combine(cli.Home, "near.json");
        string link = Path.Combine(cli.Home, "link.json");
        File.CreateSymbolicLink(near, "dotfiles.json");
        File.CreateSymbolicLink(link, near);

        (await cli.With("PROX_CONFIG", link).LineAsync("context add lab pve1 --user root@pam --secret env:X")).Succeeded();

        Assert.Equal(near, new FileInfo(link).LinkTarget);
        Assert.Equal("dotfiles.json", new FileInfo(near).LinkTarget);
        Assert.Contains("\"lab\"", await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_ManyAtOnce_LosesNone()
    {
        using CliHarness cli = new();

        CliRun[] runs = await Task.WhenAll(Enumerable.Range(1, 20).Select(n => Task.Run(() => cli.LineAsync($"context add c{n} pve{n} --user root@pam --secret env:X"))));

        Assert.All(runs, static run => run.Succeeded());
        using JsonDocument list = JsonDocument.Parse((await cli.LineAsync("context list -o json")).Succeeded());
        Assert.Equal(20, list.RootElement.GetProperty("data").GetArrayLength());
    }
}
