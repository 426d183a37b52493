using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using ProxSharp.Cli.Completion;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Completion scripts in the shells themselves, and the scripts of the release. A shell that is not installed skips its tests.</summary>
public sealed class ShellScriptTests
{
    private const string Fake = "prox() { printf 'web-1\\t100 on pve1\\n'; printf 'web-2\\t101 on pve2\\n'; }\n";

    [Theory]
    [InlineData("bash", "-n")]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public async Task Script_InItsShell_HasNoSyntaxError(string shell, string check)
    {
        using CliHarness cli = new();
        string file = cli.Write("script", ShellScripts.Find(shell)!);

        Assert.Equal("", await RunAsync(shell, [check, file]));
    }

    [Fact]
    public async Task Bash_Tab_OffersWhatProxSays()
    {
        using CliHarness cli = new();
        string script = cli.Write("script", Fake + ShellScripts.Find("bash") + """

            COMP_LINE="prox vm start w" COMP_POINT=15 COMP_WORDS=(prox vm start w) COMP_CWORD=3
            _prox_complete
            printf '%s\n' "${COMPREPLY[@]}"
            complete -p prox
            """);

        Assert.Equal("web-1\nweb-2\ncomplete -o default -F _prox_complete prox\n", await RunAsync("bash", ["--norc", script]));
    }

    [Fact]
    public async Task Bash_TabBehindASignThatBreaksWords_CutsWhatWasTyped()
    {
        using CliHarness cli = new();
        string script = cli.Write("script", "prox() { printf '@tag-web\\tguests with the tag\\n'; }\n" + ShellScripts.Find("bash") + """

            COMP_LINE="prox vm start @tag-w" COMP_POINT=20 COMP_WORDS=(prox vm start @ tag-w) COMP_CWORD=4
            _prox_complete
            printf '%s\n' "${COMPREPLY[@]}"
            """);

        Assert.Equal("tag-web\n", await RunAsync("bash", ["--norc", script]));
    }

    [Fact]
    public async Task Fish_Tab_OffersWhatProxSaysWithItsMeaning()
    {
        using CliHarness cli = new();
        string script = cli.Write("script", "function prox\n    printf 'web-1\\t100 on pve1\\n'\nend\n" + ShellScripts.Find("fish") + "\ncomplete -C 'prox vm start w'\n");

        Assert.Equal("web-1\t100 on pve1\n", await RunAsync("fish", ["--no-config", script]));
    }

    [Theory]
    [InlineData("source script; print -r -- $_comps[prox]", "_prox_complete")]
    [InlineData("fpath=($PWD/functions $fpath); compinit -u -D; print -r -- $_comps[prox]", "_prox")]
    public async Task Zsh_SourcedOrInTheFunctionPath_IsRegistered(string use, string expected)
    {
        using CliHarness cli = new();
        cli.Write("script", ShellScripts.Find("zsh")!);
        Directory.CreateDirectory(Path.Combine(cli.Home, "functions"));
        cli.Write("functions/_prox", ShellScripts.Find("zsh")!);

        string output = await RunAsync("zsh", ["-f", "-c", $"cd '{cli.Home}'; autoload -Uz compinit; compinit -u -D; {use}"]);

        Assert.Equal(expected + "\n", output);
    }

    [Fact]
    public async Task Zsh_AsAFunctionOfThePath_CompletesAtTheFirstTab()
    {
        using CliHarness cli = new();
        Directory.CreateDirectory(Path.Combine(cli.Home, "functions"));
        cli.Write("functions/_prox", ShellScripts.Find("zsh")!);
        string script = $"cd '{cli.Home}'; fpath=($PWD/functions $fpath); {Fake} _describe() {{ print -r -- ${{(P)4}}; }}; LBUFFER='prox vm start w'; autoload -Uz _prox; _prox";

        Assert.Equal("web-1:100 on pve1 web-2:101 on pve2\n", await RunAsync("zsh", ["-f", "-c", script]));
    }

    [Fact]
    public async Task PowerShell_Script_Parses()
    {
        using CliHarness cli = new();
        string file = cli.Write("script.ps1", ShellScripts.Find("powershell")!);

        Assert.Equal("", await RunAsync("pwsh", ["-NoProfile", "-NonInteractive", "-File", file]));
    }

    [Theory]
    [InlineData("packaging/build")]
    [InlineData("packaging/checksums")]
    public async Task ReleaseScript_InBash_HasNoSyntaxError(string script) => Assert.Equal("", await RunAsync("bash", ["-n", Path.Combine(Root(), script)]));

    [Fact]
    public async Task Checksums_OfAFolder_CanBeVerified()
    {
        using CliHarness cli = new();
        cli.Write("prox-1-linux-x64.tar.gz", "archive");
        cli.Write("ProxSharp.Cli.1.nupkg", "package");
        cli.Write("notes.txt", "not part of it");

        await RunAsync("bash", [Path.Combine(Root(), "packaging/checksums"), cli.Home]);

        string[] lines = await File.ReadAllLinesAsync(Path.Combine(cli.Home, "SHA256SUMS"), TestContext.Current.CancellationToken);
        Assert.Equal(
            [
                $"{Sum("package")}  ProxSharp.Cli.1.nupkg",
                $"{Sum("archive")}  prox-1-linux-x64.tar.gz",
            ], lines);
    }

    private static string Sum(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        Process? started = null;
        try
        {
            started = Process.Start(start);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed here.");
        }

        using Process process = started!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {errors}");
        return await output;
    }

    private static string Root([CallerFilePath] string here = "")
    {
        foreach (string? start in new[] { Path.GetDirectoryName(here), AppContext.BaseDirectory })
        {
            for (DirectoryInfo? folder = new(start!); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "ProxSharp.slnx")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("The tests must run from within the repository.");
    }
}
