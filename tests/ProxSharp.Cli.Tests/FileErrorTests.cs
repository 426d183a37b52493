using System.Diagnostics;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Files that are not there, are folders, or may not be read or written: one line with the name and the reason.</summary>
public sealed class FileErrorTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm chart web-1 --png HOME/no/x.png", 1, "no/x.png cannot be opened: there is no folder HOME/no")]
    [InlineData("vm chart web-1 --svg HOME/folder", 1, "HOME/folder cannot be opened: it is a folder")]
    [InlineData("vm chart web-1 --png HOME/plain/x.png", 1, "HOME/plain")]
    [InlineData("spice dns --output-file HOME/no/x.vv", 1, "there is no folder HOME/no")]
    [InlineData("vm list --record HOME/no/x.jsonl", 1, "The recording cannot be written to HOME/no/x.jsonl: there is no folder HOME/no")]
    [InlineData("api get /version --output-file HOME/no/x", 1, "there is no folder HOME/no")]
    [InlineData("apply -f HOME/no.yaml", 2, "cannot be read: there is no such file")]
    [InlineData("diff -f HOME/folder", 2, "cannot be read: it is a folder")]
    [InlineData("vm set web-1 --description @HOME/no.txt", 2, "HOME/no.txt for description cannot be read: there is no such file")]
    [InlineData("vm set web-1 --description @HOME/folder", 2, "cannot be read: it is a folder")]
    [InlineData("plan create --calls HOME/no.json", 2, "HOME/no.json with the calls cannot be read: there is no such file")]
    [InlineData("plan create --calls HOME/folder", 2, "HOME/folder with the calls cannot be read: it is a folder")]
    [InlineData("policy new-key HOME/no/key.pem", 1, "there is no folder HOME/no")]
    [InlineData("api create /nodes/pve1/storage/local/upload content=iso filename=@HOME/folder", 2, "HOME/folder is a folder")]
    [InlineData("api get /version --url https://x --user a@pam --secret env:X --ca-file HOME/folder", 2, "HOME/folder is a folder")]
    [InlineData("api get /version --url https://x --user a@pam --secret file:HOME/no", 4, "There is no secret at file:HOME/no: the file cannot be read: there is no such file.")]
    [InlineData("api get /version --url https://x --user a@pam --secret file:HOME/folder", 4, "the file cannot be read: it is a folder.")]
    [InlineData("backup key info HOME/plain", 1, "HOME/plain holds no key. Name a file that prox backup key create")]
    [InlineData("storage upload local HOME/folder --node pve1 --content iso", 2, "HOME/folder is a folder")]
    [InlineData("man --output-dir HOME/plain", 1, "HOME/plain cannot be opened: it exists already")]
    public async Task Option_FileThatCannotBeUsed_NamesItAndTheReason(string line, int exitCode, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("plain", "x");
        Directory.CreateDirectory(Path.Combine(cli.Home, "folder"));

        string error = (await cli.LineAsync(line.Replace("HOME", cli.Home, StringComparison.Ordinal))).FailedWith(exitCode);

        Assert.Contains(expected.Replace("HOME", cli.Home, StringComparison.Ordinal), error, StringComparison.Ordinal);
        Assert.DoesNotContain("Could not find", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Access to the path", error, StringComparison.Ordinal);
    }

    /// <summary>Opening a pipe would wait for its other end, and an empty file is no image.</summary>
    [Theory]
    [InlineData("pipe")]
    [InlineData("link")]
    [InlineData("empty")]
    public async Task Upload_FileWithoutALength_IsRefusedUnopened(string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there the test can make a pipe.");
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("empty", "");
        using (Process made = Process.Start("mkfifo", [Path.Combine(cli.Home, "pipe")]))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        File.CreateSymbolicLink(Path.Combine(cli.Home, "link"), "pipe");

        string error = (await cli.LineAsync($"storage upload local {cli.Home}/{file} --node pve1 --content iso")).FailedWith(2);

        Assert.Contains($"{file} is empty, or a pipe or device", error, StringComparison.Ordinal);
    }
}
