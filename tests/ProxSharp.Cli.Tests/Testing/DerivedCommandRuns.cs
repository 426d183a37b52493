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
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>Runs commands that follow from the schema against servers that answer by it, and writes down what comes of it.</summary>
internal sealed class DerivedCommandRuns : IAsyncDisposable
{
    /// <summary>What stands before the path of a command.</summary>
    public const string Heading = "## prox ";

    private const int MostLines = 8;
    private const int MostSigns = 240;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, ProxmoxProduct> s_products = PathWords.Of(SchemaSource.Embedded(ProxmoxProduct.VirtualEnvironment))
        .Concat(PathWords.Of(SchemaSource.Embedded(ProxmoxProduct.BackupServer)))
        .ToDictionary(static verb => string.Join(' ', verb.Words), static verb => verb.Product, StringComparer.Ordinal);

    private readonly SchemaServer _cluster = new(ProxmoxProduct.VirtualEnvironment);
    private readonly SchemaServer _backups = new(ProxmoxProduct.BackupServer);
    private readonly CliHarness _cli = new CliHarness { Time = new StillTime() }.With("SECRET", "secret-value-of-some-length");

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
        runs._cli.Write("data.txt", "content\n");
        runs._cli.Write("debian-13.iso", "content\n");
        return runs;
    }

    /// <summary>Runs a command in all its forms.</summary>
    /// <returns>What it printed and sent.</returns>
    public async Task<string> RecordAsync(string path, VerbCommand command)
    {
        ProxmoxProduct product = s_products[path];
        SchemaServer server = product == ProxmoxProduct.BackupServer ? _backups : _cluster;
        string line = command.Examples[0].Line;
        string[] words = [.. ShellWords.Split(line), "-c", product == ProxmoxProduct.BackupServer ? "store" : "lab"];
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Heading}{path}\n$ prox {line}\n");
        string? shown = null;
        if (command.Verb.Class != VerbClass.Read)
        {
            shown = await ShowAsync(text, words, server);
            words = command.Options.Any(static option => option.Name == "--yes") ? [.. words, "--yes"] : words;
        }

        foreach (string format in (string[])["table", "json", "yaml"])
        {
            CliRun run = await RunAsync([.. words, "-o", format]);
            IReadOnlyList<(ApiEndpoint Endpoint, StubRequest Request, JsonNode? Data)> calls = server.Take();
            (ApiEndpoint Endpoint, StubRequest Request, JsonNode? Data)[] own = [.. calls.Where(call => command.Verb.Calls.Contains(call.Endpoint.ToString()))];
            if (format == "table")
            {
                Append(text, "sent", own.Length == 0 ? "nothing\n" : string.Concat(own.Select(call => Sent(call.Request) is { } sent && sent == shown ? "" : $"{Sent(call.Request)}\n")));
            }

            Append(text, format, run, format == "json");
            Check($"prox {line} -o {format}", run, own, format);
        }

        return text.Append('\n').ToString();
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

    // A command that does not come to an end is to be named.
    private async Task<CliRun> RunAsync(string[] words)
    {
        try
        {
            return await _cli.RunAsync(words).WaitAsync(s_longest);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException($"prox {string.Join(' ', words)} goes on and on.", e);
        }
    }

    private async Task<string> ShowAsync(StringBuilder text, string[] words, SchemaServer server)
    {
        CliRun run = await RunAsync([.. words, "--dry-run"]);
        foreach ((ApiEndpoint endpoint, StubRequest request, _) in server.Take().Where(static call => call.Endpoint.Method != ApiMethod.Get))
        {
            Faults.Add($"prox {string.Join(' ', words)} --dry-run sent {request}: {endpoint}");
        }

        Append(text, "dry-run", run, isJoined: false);
        return run.Output.Split('\n')[0];
    }

    private void Check(string line, CliRun run, (ApiEndpoint Endpoint, StubRequest Request, JsonNode? Data)[] calls, string format)
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

    private static string Sent(StubRequest request)
    {
        string[] parts = request.Target.Split('?');
        string form = request.Header("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) == true ? request.BodyText
            : request.Body.Length > 0 ? $"body={request.Header("Content-Type")?.Split(';')[0]}" : "";
        IEnumerable<string> pairs = parts.Skip(1).Append(form).SelectMany(static text => text.Split('&', StringSplitOptions.RemoveEmptyEntries));
        return string.Join(' ', pairs.Select(static pair => Uri.UnescapeDataString(pair.Replace('+', ' '))).Prepend($"{request.Method} {parts[0]["/api2/json".Length..]}"));
    }

    private void Append(StringBuilder text, string form, CliRun run, bool isJoined)
    {
        string output = isJoined ? string.Join(' ', run.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) + "\n" : run.Output;
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
