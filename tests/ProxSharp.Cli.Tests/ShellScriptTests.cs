using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using ProxSharp.Cli.Completion;
using ProxSharp.Cli.Tests.Testing;
using YamlDotNet.RepresentationModel;

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

    [Theory]
    [InlineData("prox vm start web", "web", "web-1", "web-1")]
    [InlineData("prox vm start my", "my", "my vm", "my\\ vm")]
    [InlineData("prox vm start my\\ v", "my\\ v", "my vm", "my\\ vm")]
    [InlineData("prox vm start 'my v", "my v", "my vm", "my vm")]
    [InlineData("prox vm start \"a a", "a a", "a a$`\"\\", "a a\\$\\`\\\"\\\\")]
    [InlineData("prox vm start 'it", "it", "it's; $5", "it'\\''s; $5")]
    [InlineData("prox vm start it", "it", "it's; $5", "it\\'s\\;\\ \\$5")]
    [InlineData("prox vm start web", "web", "web(1)", "web\\(1\\)")]
    [InlineData("prox vm start ", "", "日本 語", "日本\\ 語")]
    [InlineData("prox vm start web-1,w", "web-1,w", "web-1,web-2", "web-1,web-2")]
    [InlineData("prox task wait UPID:", "", "UPID:pve1:7:", "pve1:7:")]
    [InlineData("prox task wait UPID:p", "p", "UPID:pve1:7:", "pve1:7:")]
    [InlineData("prox vm list --context=", "", "--context=my lab", "my\\ lab")]
    [InlineData("prox vm list --context='my", "my", "--context=my lab", "my lab")]
    [InlineData("prox api get /nodes/", "/nodes/", "/nodes/{node}", "/nodes/{node}")]
    [InlineData("prox api get a", "a", "a{1..3}", "a\\{1..3\\}")]
    public async Task Bash_TabAtTheKeyboard_InsertsAWordThatIsReadAgain(string line, string typed, string word, string inserted)
    {
        Assert.Equal(inserted, BashWords.Insertion(word, line, typed));
        using CliHarness cli = new();
        string answer = cli.Write("answer", inserted + "\tmeaning\n");
        string asked = Path.Combine(cli.Home, "asked");
        string script = cli.Write(
            "script",
            $$"""
            prox() {
                if [[ $1 == complete ]]; then
                    printf '%s\n' "$*" > '{{asked}}'
                    cat '{{answer}}'
                else
                    printf '%s\n' "${@: -1}"
                fi
            }
            {{ShellScripts.Find("bash")}}
            """);

        // Bash edits lines with readline even if no terminal gives them.
        string output = await RunAsync("bash", ["--noprofile", "--rcfile", script, "-i"], $"{line}\t\nexit\n");

        Assert.Equal(word + "\n", output);
        Assert.Equal($"complete --files --shell bash --typed |{typed} --line {line}\n", await File.ReadAllTextAsync(asked, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("prox apply -f si", "", "apply -f sim.yaml")]
    [InlineData("prox apply -f su", "", "apply -f sub/")]
    [InlineData("prox set --description @si", "@", "set --description @sim.yaml")]
    [InlineData("prox set --description=@my", "--description=@", "set --description=@my file")]
    [InlineData("prox add --secret file:si", "file:", "add --secret file:sim.yaml")]
    [InlineData("prox add --secret=file:si", "--secret=file:", "add --secret=file:sim.yaml")]
    [InlineData("prox ha resource create si", null, "ha resource create si")]
    public async Task Bash_TabWhereAFileBelongs_OffersFiles(string line, string? front, string expected)
    {
        using CliHarness cli = WithFiles(out string answer, front);
        string script = cli.Write(
            "script",
            $$"""
            cd '{{cli.Home}}/work'
            prox() { if [[ $1 == complete ]]; then cat '{{answer}}'; else printf '%s\n' "$*"; fi; }
            {{ShellScripts.Find("bash")}}
            """);

        Assert.Equal(expected + "\n", await RunAsync("bash", ["--noprofile", "--rcfile", script, "-i"], $"{line}\t\nexit\n"));
    }

    [Theory]
    [InlineData("prox apply -f si", "", "sim.yaml")]
    [InlineData("prox apply -f su", "", "sub/")]
    [InlineData("prox set --description @si", "@", "@sim.yaml")]
    [InlineData("prox set --description @my\\ f", "@", "@my file")]
    [InlineData("prox add --secret=file:si", "--secret=file:", "--secret=file:sim.yaml")]
    [InlineData("prox ha resource create si", null, "")]
    public async Task Fish_TabWhereAFileBelongs_OffersFiles(string line, string? front, string expected)
    {
        using CliHarness cli = WithFiles(out string answer, front);
        string script = cli.Write(
            "script", $"cd '{cli.Home}/work'\nfunction prox\n    cat '{answer}'\nend\n{ShellScripts.Find("fish")}\ncomplete -C '{line}'\n");

        Assert.Equal(expected, (await RunAsync("fish", ["--no-config", script])).TrimEnd('\n'));
    }

    [Theory]
    [InlineData("prox apply -f si", "", "prox apply -f sim.yaml")]
    [InlineData("prox apply -f my", "", "prox apply -f my\\ file")]
    [InlineData("prox set --description @si", "@", "prox set --description @sim.yaml")]
    [InlineData("prox add --secret=file:si", "--secret=file:", "prox add --secret=file:sim.yaml")]
    [InlineData("prox ha resource create si", null, "prox ha resource create si")]
    public async Task Zsh_TabWhereAFileBelongs_OffersFiles(string line, string? front, string expected)
    {
        using CliHarness cli = WithFiles(out string answer, front);
        Assert.Equal(expected + "\n", await ZshAsync(cli, answer, line));
    }

    // An answer of prox, and a folder with files in it.
    private static CliHarness WithFiles(out string answer, string? front)
    {
        CliHarness cli = new();
        Directory.CreateDirectory(Path.Combine(cli.Home, "work", "sub"));
        cli.Write("work/sim.yaml", "");
        cli.Write("work/my file", "");
        answer = cli.Write("answer", front is null ? "" : $":files\t{front}\n");
        return cli;
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

    [Theory]
    [InlineData("my vm", "prox vm start my\\ vm")]
    [InlineData("it's", "prox vm start it\\'s")]
    [InlineData("a\\:b", "prox vm start a\\\\:b")]
    [InlineData("web(1)", "prox vm start web\\(1\\)")]
    public async Task Zsh_TabAtTheKeyboard_QuotesTheWord(string word, string expected)
    {
        using CliHarness cli = new();
        string answer = cli.Write("answer", $"{word}\t100 on pve1\n");
        Assert.Equal(expected + "\n", await ZshAsync(cli, answer, "prox vm start "));
    }

    [Theory]
    [InlineData("true; prox vm start ")]
    [InlineData("true | prox vm start ")]
    [InlineData("true && prox vm start ")]
    public async Task Zsh_TabBehindAnotherCommand_AsksForItsOwnWords(string line)
    {
        using CliHarness cli = new();
        string answer = cli.Write("answer", "web-1\t100 on pve1\n");
        Assert.Equal($"{line}web-1\n", await ZshAsync(cli, answer, line));
        Assert.Equal("prox vm start ", await File.ReadAllTextAsync(Path.Combine(cli.Home, "work", "asked"), TestContext.Current.CancellationToken));
    }

    // What stands in the line after a Tab.
    private static async Task<string> ZshAsync(CliHarness cli, string answer, string line)
    {
        Directory.CreateDirectory(Path.Combine(cli.Home, "work"));
        cli.Write(
            "rc",
            $$"""
            cd '{{cli.Home}}/work'
            autoload -Uz compinit; compinit -u -D
            prox() { print -rn -- "$4" > asked; cat '{{answer}}'; }
            {{ShellScripts.Find("zsh")}}
            dump() { print -r -- "<<${BUFFER% }>>"; }
            zle -N dump; bindkey -e; bindkey '^G' dump; PS1='ready> '; print -r -- sourced
            """);

        // A terminal of its own, as keys are read from nowhere else.
        string script = $$"""
            zmodload zsh/zpty || exit 77
            zpty shell zsh -f
            zpty -w shell " source '{{cli.Home}}/rc'"
            zpty -r -m shell seen '*sourced*ready> *'
            zpty -n -w shell $'{{line}}\t\a'
            zpty -r -m shell seen '*>>*'
            print -r -- "${${seen##*<<}%%>>*}"
            """;
        return await RunAsync("zsh", ["-f", "-c", script]);
    }

    [Theory]
    [InlineData("my vm", "my\\ vm")]
    [InlineData("it's", "it\\'s")]
    [InlineData("日本 語", "日本\\ 語")]
    public async Task Fish_Tab_GivesTheWordWhole(string word, string escaped)
    {
        using CliHarness cli = new();
        string answer = cli.Write("answer", $"{word}\t100 on pve1\n");
        string script = cli.Write(
            "script", $"function prox\n    cat '{answer}'\nend\n{ShellScripts.Find("fish")}\ncomplete -C 'prox vm start '\ncomplete --escape -C 'prox vm start '\n");

        Assert.Equal($"{word}\t100 on pve1\n{escaped}\t100 on pve1\n", await RunAsync("fish", ["--no-config", script]));
    }

    [Theory]
    [InlineData("", "web-1", "web-1")]
    [InlineData("my", "my vm", "'my vm'")]
    [InlineData("'my v", "my-vm", "'my-vm'")]
    [InlineData("it", "it's", "'it''s'")]
    [InlineData("'@t", "@tag-web", "'@tag-web'")]
    [InlineData("web-1,", "web-1,web-2", "'web-1,web-2'")]
    [InlineData("日", "日本", "日本")]
    public async Task PowerShell_Tab_QuotesTheWord(string typed, string word, string expected)
    {
        using CliHarness cli = new();
        string answer = cli.Write("answer", $"{word}\t100 on pve1\n");
        string file = cli.Write(
            "script.ps1",
            $$"""
            [Console]::OutputEncoding = [Text.Encoding]::UTF8
            function prox { Get-Content -Encoding utf8 '{{answer}}' }
            {{ShellScripts.Find("powershell")}}
            $line = 'prox vm start ' + '{{typed.Replace("'", "''", StringComparison.Ordinal)}}'
            (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches | ForEach-Object { $_.CompletionText + '|' + $_.ToolTip }
            """);

        Assert.Equal($"{expected}|100 on pve1\n", (await RunAsync("pwsh", ["-NoProfile", "-NonInteractive", "-File", file])).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("packaging/build")]
    [InlineData("packaging/checksums")]
    [InlineData("packaging/pack")]
    [InlineData("packaging/skill")]
    public async Task ReleaseScript_InBash_HasNoSyntaxError(string script) => Assert.Equal("", await RunAsync("bash", ["-n", Path.Combine(Root(), script)]));

    [Theory]
    [InlineData("packaging/build", "--help", "usage: packaging/build [--rid RID]")]
    [InlineData("packaging/build", "-h", "SHA256SUMS")]
    [InlineData("packaging/checksums", "--help", "usage: packaging/checksums FOLDER")]
    [InlineData("packaging/pack", "--help", "usage: packaging/pack FOLDER")]
    [InlineData("packaging/skill", "--help", "usage: packaging/skill FOLDER URL")]
    public async Task ReleaseScript_AskedForHelp_SaysHowItIsUsed(string script, string option, string expected)
    {
        string help = await RunAsync("bash", [Path.Combine(Root(), script), option]);

        Assert.Contains(expected, help, StringComparison.Ordinal);
        Assert.DoesNotContain("#", help, StringComparison.Ordinal);
        Assert.DoesNotContain("set -", help, StringComparison.Ordinal);
    }

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

    [Fact]
    public async Task ReleaseSkill_OfAFolder_SaysWhereEachArchiveIsAndWithWhichChecksum()
    {
        using CliHarness cli = new();
        cli.Write("prox-1.2.0-linux-musl-x64.tar.gz", "musl");
        cli.Write("prox-1.2.0-osx-arm64.tar.gz", "mac");
        cli.Write("prox-1.2.0-win-x64.zip", "windows");
        cli.Write("ProxSharp.Cli.1.2.0.nupkg", "package");

        await RunAsync("bash", [Path.Combine(Root(), "packaging/skill"), cli.Home, "https://example.com/v1/"]);

        string page = await RunAsync("tar", ["-xzOf", Path.Combine(cli.Home, "proxmox-skill.tar.gz"), "proxmox/SKILL.md"]);
        YamlStream front = [];
        front.Load(new StringReader(page.Split("---\n")[1]));
        YamlNode openClaw = front.Documents[0].RootNode["metadata"]["openclaw"];
        Assert.Equal(
            [
                $"linux-musl-x64 download linux tar.gz https://example.com/v1/prox-1.2.0-linux-musl-x64.tar.gz {Sum("musl")}",
                $"osx-arm64 download darwin tar.gz https://example.com/v1/prox-1.2.0-osx-arm64.tar.gz {Sum("mac")}",
                $"win-x64 download win32 zip https://example.com/v1/prox-1.2.0-win-x64.zip {Sum("windows")}",
            ],
            ((YamlSequenceNode)openClaw["install"]).Select(
                static entry => $"{entry["id"]} {entry["kind"]} {entry["os"][0]} {entry["archive"]} {entry["url"]} {entry["sha256"]}"));
        Assert.Equal("prox", (string?)openClaw["requires"]["anyBins"][0]);
        Assert.Contains("proxmox-skill.tar.gz", await File.ReadAllTextAsync(
            Path.Combine(cli.Home, "SHA256SUMS"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string Sum(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string input = "")
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["HISTFILE"] = "";
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
        await process.StandardInput.WriteAsync(input);
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
