using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Derived;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>Runs commands that follow from the schema against servers that answer by it, and writes down what comes of it.</summary>
internal sealed class DerivedCommandRuns : IAsyncDisposable
{
    /// <summary>What stands before the path of a command.</summary>
    public const string Heading = "## prox ";

    private const int MostLines = 8;
    private const int MostSigns = 240;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private static readonly Dictionary<string, ProxmoxProduct> s_products = PathWords.Of(SchemaSource.Embedded(ProxmoxProduct.VirtualEnvironment))
        .Concat(PathWords.Of(SchemaSource.Embedded(ProxmoxProduct.BackupServer)))
        .ToDictionary(static verb => string.Join(' ', verb.Words), static verb => verb.Product, StringComparer.Ordinal);

    private readonly SchemaServer _cluster = new(ProxmoxProduct.VirtualEnvironment);
    private readonly SchemaServer _backups = new(ProxmoxProduct.BackupServer);
    private readonly CliHarness _cli = new CliHarness { Time = new StillTime() };

    private DerivedCommandRuns()
    {
    }

    /// <summary>What was wrong.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Starts the servers.</summary>
    public static async Task<DerivedCommandRuns> StartAsync()
    {
        DerivedCommandRuns runs = new();
        await runs.AddAsync("lab", runs._cluster, "pve", "root@pam!ci");
        await runs.AddAsync("store", runs._backups, "pbs", "root@pam!ci");
        runs._cli.Write("cert.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        runs._cli.Write("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        runs._cli.Write("data.txt", "content\n");
        runs._cli.Write("cloudflare.txt", "CF_Token=x\n");
        runs._cli.Write("debian-13.iso", "content\n");
        return runs;
    }

    /// <summary>Runs a command in all its forms.</summary>
    /// <returns>What it printed and sent.</returns>
    public async Task<string> RecordAsync(string path, VerbCommand command)
    {
        (SchemaServer server, string[] words) = Line(path, command);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Heading}{path}\n$ prox {command.Examples[0].Line}\n");
        string? shown = null;
        if (command.Verb.Class != VerbClass.Read)
        {
            shown = await ShowAsync(text, words, server);
        }

        foreach (string format in (string[])["table", "json", "yaml"])
        {
            string[] all = [.. words, .. Consent(command), "-o", format];
            CliRun run = await RunAsync(all);
            SchemaCall[] own = [.. server.Take().Where(call => command.Verb.Calls.Contains(call.Endpoint.ToString()))];
            if (shown is null && format == "table")
            {
                Append(text, "sent", string.Concat(own.Select(static call => $"{string.Join(' ', call.Words)}\n")));
            }

            Append(text, format, run);
            Check($"prox {string.Join(' ', all)}", run, own, format);
            if (shown is not null && own.Length == 1 && !IsSame(shown, own[0]))
            {
                Faults.Add($"prox {string.Join(' ', all)} sent {string.Join(' ', own[0].Words)}, and --dry-run shows {shown}");
            }
        }

        return text.Append('\n').ToString();
    }

    /// <summary>Runs a command while the server refuses what it wants.</summary>
    public async Task FailAsync(string path, VerbCommand command, int status, string reason, int exitCode)
    {
        (SchemaServer server, string[] words) = Line(path, command);
        server.Refusal = (status, reason);
        CliRun run = await RunAsync([.. words, .. Consent(command), "-o", "json"]);
        server.Refusal = null;
        JsonNode? error = run.Errors.Length > 0 ? JsonNode.Parse(run.Errors)!["error"] : null;

        // Of several guests, each has its error in the result.
        bool isTold = (int?)error?["exitCode"] == exitCode || run.Output.Contains(reason, StringComparison.Ordinal);
        if (run.ExitCode != exitCode || !isTold || server.Take().Count == 0)
        {
            Faults.Add($"prox {string.Join(' ', words)}: exit code {run.ExitCode} after {status}: {run.Errors}{run.Output}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _cluster.DisposeAsync();
        await _backups.DisposeAsync();
    }

    private async Task AddAsync(string name, SchemaServer server, string product, string token) => (await _cli.With("TOKEN", "11111111-2222-4333-8444-555555555555").RunAsync(
        "context", "add", name, server.Url, "--product", product, "--token-id", token, "--secret", "env:TOKEN", "--fingerprint", server.Fingerprint)).Succeeded();

    // Some secrets have a form.
    private static string SecretOf(string[] words) => words switch
    {
        _ when words.Contains("--target-endpoint") => "apitoken=PVEAPIToken=root@pam!move=7c6e3a0e-52f5-4a5c-9d5b-0a1b2c3d4e5f,host=192.0.2.20",
        ["pbs", ..] when words.Contains("subscription") => "pbsc-0123456789",
        _ when words.Contains("subscription") => "pve2c-0123456789",
        _ => "secret-value-of-some-length",
    };

    // A command that does not come to an end is to be named.
    private async Task<CliRun> RunAsync(string[] words)
    {
        _cli.With("SECRET", SecretOf(words));
        try
        {
            return await _cli.RunAsync(words).WaitAsync(s_longest, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException($"prox {string.Join(' ', words)} goes on and on.", e);
        }
    }

    private async Task<string> ShowAsync(StringBuilder text, string[] words, SchemaServer server)
    {
        CliRun run = await RunAsync([.. words, "--dry-run"]);
        Faults.AddRange(server.Take().Where(static call => call.Endpoint.Method != ApiMethod.Get && !call.Words.Any(static word => word is "dry-run=1" or "dry-run=true"))
            .Select(call => $"prox {string.Join(' ', words)} --dry-run sent {call.Request}"));

        Append(text, "dry-run", run);
        return run.Output.Split('\n')[0];
    }

    private void Check(string line, CliRun run, SchemaCall[] calls, string format)
    {
        if (run.ExitCode != 0 || run.Errors.Contains("Exception", StringComparison.Ordinal) || calls.Length != 1)
        {
            Faults.Add($"{line}: exit code {run.ExitCode}, {calls.Length} calls, {run.Errors}");
            return;
        }

        (ApiEndpoint endpoint, _, JsonNode? data) = calls[0];
        if (run.Output.Length == 0 && data is not null)
        {
            Faults.Add($"{line}: shows nothing of {data.ToJsonString()}");
        }

        bool isWhole = format == "json" && endpoint.Method == ApiMethod.Get && endpoint.Transport == ApiTransportKind.Envelope;
        if (isWhole && !JsonNode.DeepEquals(JsonNode.Parse(run.Output)!["data"], data))
        {
            Faults.Add($"{line}: shows other data than the server's {data?.ToJsonString()}");
        }
    }

    private (SchemaServer Server, string[] Words) Line(string path, VerbCommand command)
    {
        bool isBackup = s_products[path] == ProxmoxProduct.BackupServer;
        return (isBackup ? _backups : _cluster, [.. ShellWords.Split(command.Examples[0].Line), "-c", isBackup ? "store" : "lab"]);
    }

    private static IEnumerable<string> Consent(VerbCommand command) =>
        command.Options.Where(static option => option.Name == "--yes").Select(static option => option.Name);

    // Secrets are not shown, and files are sent in another form than they are shown in.
    private static bool IsSame(string shown, SchemaCall call)
    {
        string[] words = [.. ShellWords.Split(shown.Split("  # ")[0].Replace("=$'", "='", StringComparison.Ordinal)).Select(static word => word.Replace("\\n", "\n", StringComparison.Ordinal))];
        if (call.HasFile)
        {
            return words.Take(2).SequenceEqual(call.Words.Take(2));
        }

        string[] hidden = [.. words.Where(static word => word.EndsWith("=***", StringComparison.Ordinal)).Select(static word => word[..^3])];
        return words.Where(static word => !word.EndsWith("=***", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .SequenceEqual(call.Words.Where(word => !hidden.Any(name => word.StartsWith(name, StringComparison.Ordinal))).Order(StringComparer.Ordinal));
    }

    private void Append(StringBuilder text, string form, CliRun run)
    {
        string output = form == "json" ? string.Join(' ', run.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) + "\n" : run.Output;
        string errors = string.Concat(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => $"! {line}\n"));
        Append(text, $"{form}, exit code {run.ExitCode}", errors + output);
    }

    private void Append(StringBuilder text, string title, string content)
    {
        content = content.Replace(_cli.Home, "/home/me", StringComparison.Ordinal)
            .Replace(_cluster.Url, "https://pve1:8006", StringComparison.Ordinal)
            .Replace(_backups.Url, "https://pbs1:8007", StringComparison.Ordinal);
        if (content.Length == 0)
        {
            return;
        }

        string[] lines = content.TrimEnd('\n').Split('\n');
        text.Append(CultureInfo.InvariantCulture, $"[{title}]\n");
        foreach (string line in lines.Take(MostLines))
        {
            text.Append(line.Length > MostSigns ? $"{line[..MostSigns]}…" : line).Append('\n');
        }

        if (lines.Length > MostLines || lines.Any(static line => line.Length > MostSigns))
        {
            // The rest is not shown, but its change is seen.
            string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..12];
            text.Append(CultureInfo.InvariantCulture, $"… {lines.Length} lines, {content.Length} signs, {digest}\n");
        }
    }
}
