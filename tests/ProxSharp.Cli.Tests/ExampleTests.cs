using System.CommandLine;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Tests;

/// <summary>Every example of the help is a command line that makes sense: it is understood, and the schema takes its values. Nothing that changes is sent.</summary>
public sealed class ExampleTests(SimulatedCluster cluster, SimulatedBackupServer backups) : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    /// <summary>Nouns whose examples need a repository, keys or an agent, and have tests of their own.</summary>
    private static readonly string[] s_elsewhere = ["backup", "agent", "plan", "audit", "retired", "policy"];

    /// <summary>Verbs that go on until somebody ends them.</summary>
    private static readonly string[] s_endless = ["--watch", "-w", "--follow", "console", "vnc", "top", "events"];

    public static TheoryData<string> Nouns =>
        [.. NounCatalog.All.Select(static noun => noun.Name).Except(s_elsewhere), "api", "export", "diff", "apply", "doctor", "spice"];

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task Examples_OfANoun_WouldBeSent(string noun)
    {
        using CliHarness cli = await cluster.UserAsync();
        await backups.UseAsync(cli, "backup");
        if (noun is not ("pbs" or "tape" or "datastore"))
        {
            await cluster.UseAsync(cli, "lab");
        }

        cli.Write("cluster.yaml", "prox: 1\n");
        cli.Write("cloudflare.txt", "CF_Token=x\n");
        cli.Write("cert.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        List<string> wrong = [];
        int count = 0;
        foreach ((string path, Command command) in HelpTests.Walk().Where(item => item.Path.Split(' ')[0] == noun))
        {
            foreach (string[] words in Lines(command).Where(static words => !words.Any(s_endless.Contains)))
            {
                Prepare(cli, words);
                CliRun run = await cli.RunAsync(words);
                count++;
                if ((run.ExitCode is 2 && !IsExcepted(words, run)) || run.Errors.Contains("Unexpected ", StringComparison.Ordinal))
                {
                    wrong.Add($"{path}: {string.Join(' ', words)}: {run.Errors.Trim()}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count > 0, $"{noun} has no examples.");
    }

    // What only another cluster, another context or a secret could tell.
    private static bool IsExcepted(string[] words, CliRun run) => string.Join(' ', words) switch
    {
        // A dry run reads no secret, so that its length is not known.
        _ when words.Any(static word => word.StartsWith("env:", StringComparison.Ordinal)) => run.Errors.Contains("characters long", StringComparison.Ordinal),

        // No guest of the simulated cluster has a snapshot.
        "vm snapshot list @pool-production --sort vmid,-snaptime" => true,
        _ => false,
    };

    private static IEnumerable<string[]> Lines(Command command)
    {
        bool canTry = command is not ApiGetCommand && command.Options.Any(static option => option.Name == "--dry-run");
        return command is ProxCommand own and not NounCommand and not GroupCommand
            ? own.Examples.Select(static example => example.Line).Distinct().Select(line => Words(line, canTry))
            : [];
    }

    private static string[] Words(string line, bool canTry)
    {
        string[] words = [.. ShellWords.Split(line).TakeWhile(static word => word is not (">" or "<" or "|"))];
        int separator = Array.IndexOf(words, "--");
        return !canTry || words.Contains("--dry-run") ? words
            : separator < 0 ? [.. words, "--dry-run"]
            : [.. words[..separator], "--dry-run", .. words[separator..]];
    }

    // Files and variables that examples name are there.
    private static void Prepare(CliHarness cli, string[] words)
    {
        foreach (string word in words)
        {
            string value = word.Contains("=@", StringComparison.Ordinal) ? word[(word.IndexOf("=@", StringComparison.Ordinal) + 1)..] : word;
            if (value.StartsWith('@') && value.Contains('.', StringComparison.Ordinal) && !value.Contains('/', StringComparison.Ordinal))
            {
                string file = Path.Combine(cli.Home, value[1..]);
                _ = File.Exists(file) ? file : cli.Write(value[1..], "content");
            }

            if (word.StartsWith("env:", StringComparison.Ordinal))
            {
                cli.With(word[4..], "secret-value-of-some-length");
            }
        }
    }
}
