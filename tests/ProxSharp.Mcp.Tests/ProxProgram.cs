using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary><c>prox mcp</c> as a program of its own, before servers that are simulated in this one.</summary>
internal sealed class ProxProgram : IAsyncDisposable
{
    private const string SecretVariable = "PROX_TEST_SECRET";

    // What does not answer by then hangs; a test that waited longer would hide it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TestSite _site;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];

    private ProxProgram(TestSite site) => _site = site;

    /// <summary>How the program is started: the one that was built with the tests, or the native one that a variable names.</summary>
    public static (string Program, string[] Arguments) Start { get; } = System.Environment.GetEnvironmentVariable("PROXSHARP_TEST_PROX") is { Length: > 0 } native
        ? (native, [])
        : ("dotnet", [Library]);

    private static string Library => Path.GetFullPath(
        typeof(ProxProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static entry => entry.Key == "Prox").Value!, AppContext.BaseDirectory);

    public TestSite Site => _site;

    public Process Process { get; private set; } = null!;

    /// <summary>All lines of standard output so far.</summary>
    public IReadOnlyList<string> Output => _output;

    /// <summary>All lines of standard error, complete once the program has ended.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["PROX_CONFIG"] = Path.Combine(_site.Folder, "contexts.json"),
        [SecretVariable] = DefaultCluster.TokenSecret,
    };

    /// <summary>Makes the servers and the file of contexts; nothing is started.</summary>
    public static async Task<ProxProgram> PrepareAsync(SessionOptions options)
    {
        TestSite site = await TestSite.StartAsync(options);
        JsonArray contexts = [Context("lab", "pve", site.Pve.Endpoint, site.Pve.Fingerprint, DefaultCluster.TokenId)];
        if (site.Pbs is { } pbs)
        {
            contexts.Add((JsonNode)Context("backup", "pbs", pbs.Endpoint, pbs.Fingerprint, DefaultBackupServer.TokenId));
        }

        JsonObject file = new() { ["version"] = 1, ["current"] = "lab", ["contexts"] = contexts };
        string path = Path.Combine(site.Folder, "contexts.json");
        await File.WriteAllTextAsync(path, file.ToJsonString());
        foreach (string name in new[] { "lab", "backup" })
        {
            string folder = Path.Combine(site.Folder, "agents", name);
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "policy.json"), options.Policy);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return new ProxProgram(site);
    }

    public static async Task<ProxProgram> StartAsync(SessionOptions options, params string[] arguments)
    {
        ProxProgram program = await PrepareAsync(options);
        ProcessStartInfo start = new(Start.Program, [.. Start.Arguments, "mcp", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in program.Environment)
        {
            start.Environment[name] = value;
        }

        program.Process = System.Diagnostics.Process.Start(start)!;
        program.Process.ErrorDataReceived += (_, line) => program._errors.AddRange(line.Data is null ? [] : [line.Data]);
        program.Process.BeginErrorReadLine();
        return program;
    }

    public async Task SendAsync(string line)
    {
        await Process.StandardInput.WriteLineAsync(line);
        await Process.StandardInput.FlushAsync();
    }

    /// <summary>Sends a request and returns the answer to it; notifications in between are kept in <see cref="Output"/>.</summary>
    public async Task<JsonElement> AskAsync(int id, string method, string parameters = "{}")
    {
        await SendAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""");
        return await AnswerAsync(id);
    }

    public async Task<JsonElement> AnswerAsync(int id)
    {
        using CancellationTokenSource limit = Limit();
        while (await Process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            _output.Add(line);
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("id", out JsonElement found) && found.ToString() == id.ToString(System.Globalization.CultureInfo.InvariantCulture))
            {
                return document.RootElement.Clone();
            }
        }

        throw new EndOfStreamException($"The program ended without an answer to {id}: {string.Join('\n', _errors)}");
    }

    public Task<JsonElement> InitializeAsync() => AskAsync(
        1, "initialize", """{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}""");

    /// <summary>Closes standard input, waits for the end and returns the exit code; what comes on standard output until then is kept.</summary>
    public async Task<int> CloseAsync()
    {
        using CancellationTokenSource limit = Limit();
        Process.StandardInput.Close();
        while (await Process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            _output.Add(line);
        }

        await Process.WaitForExitAsync(limit.Token);
        return Process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is { } process)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }

        await _site.DisposeAsync();
    }

    private static CancellationTokenSource Limit()
    {
        CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(s_patience);
        return limit;
    }

    private static JsonObject Context(string name, string product, Uri endpoint, string fingerprint, string token) => new()
    {
        ["name"] = name,
        ["product"] = product,
        ["endpoints"] = new JsonArray(endpoint.ToString()),
        ["tokenId"] = token,
        ["secret"] = $"env:{SecretVariable}",
        ["fingerprints"] = new JsonArray(fingerprint),
    };
}
