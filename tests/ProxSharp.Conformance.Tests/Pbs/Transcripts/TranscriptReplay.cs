using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>Sends what the original client sent to one simulator, run after run, and compares the answers with those of the real server.</summary>
internal sealed partial class TranscriptReplay : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "proxsharp-transcripts-" + Guid.NewGuid().ToString("N"));
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 13, 0, TimeSpan.Zero));
    private readonly Substitutions _substitutions = new();
    private PbsSimulator _simulator = null!;

    /// <summary>The runs, in an order in which each finds what it needs.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "login-user", "wrong-pass", "snapshot-list", "catalog-dump", "prune-dry", "duplicate-time",
        "backup-first", "backup-second", "backup-encrypted", "backup-dynamic-first", "backup-dynamic-reuse", "backup-first-frames",
        "backup-all-namespaced", "restore-conf", "restore-img", "restore-pxar", "restore-pxar-raw", "upload-log", "snapshot-notes-protect",
        "snapshot-forget", "namespaces", "gc", "benchmark",
    ];

    /// <summary>Replays all runs.</summary>
    /// <returns>By run: how many answers were compared, and how they differ.</returns>
    public static async Task<IReadOnlyDictionary<string, TranscriptOutcome>> RunAsync(CancellationToken token)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(s_patience);
        await using TranscriptReplay replay = new();
        await replay.StartAsync(patience.Token);
        Dictionary<string, TranscriptOutcome> outcomes = [];
        foreach (string name in Names)
        {
            outcomes[name] = await replay.ReplayAsync(Transcript.Read(name), patience.Token);
        }

        return outcomes;
    }

    public async ValueTask DisposeAsync()
    {
        await (_simulator?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(CancellationToken token)
    {
        string store = Directory.CreateDirectory(Path.Combine(_folder, "golden")).FullName;
        RecordedBackupServer.MakeDatastore(store);
        string other = Directory.CreateDirectory(Path.Combine(_folder, "test")).FullName;
        RecordedBackupServer.MakeRestoredSnapshot(other);
        _simulator = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions
            {
                TimeProvider = _time,
                Delays = false,
                Version = new Version(3, 2, 4),
                Scenario = server => RecordedBackupServer.Build(server, store, other),
            },
            token);
    }

    private async Task<TranscriptOutcome> ReplayAsync(Transcript transcript, CancellationToken token)
    {
        int compared = 0;
        List<string> differences = [];
        foreach (IReadOnlyList<TranscriptMessage> messages in transcript.Connections)
        {
            await using TranscriptConnection connection = await TranscriptConnection.OpenAsync(_simulator.Endpoint, Live, token);
            Dictionary<int, (TranscriptMessage Request, Task<TranscriptAnswer> Answer)> pending = [];
            foreach (TranscriptMessage message in messages)
            {
                if (message.IsRequest)
                {
                    _time.Advance(TimeSpan.FromSeconds(1));
                    pending[message.Stream] = (message, connection.SendAsync(message, token));
                    continue;
                }

                (TranscriptMessage request, Task<TranscriptAnswer> answer) = pending[message.Stream];
                TranscriptAnswer live = await answer;
                compared++;
                differences.AddRange(AnswerRules.Compare(request, message, live).Select(difference => $"{request.Method} {request.Target}: {difference}"));
                if (live.Status != message.Status)
                {
                    break;
                }

                connection.Learn(request, message, live);
                Learn(message, live);
            }

            await EndAsync(connection, token);
            if (connection.Uploads is { Files.Count: > 0 } uploads && differences.Count == 0)
            {
                differences.AddRange(await ReadBackAsync(messages[0], uploads, token));
            }
        }

        return new(compared, differences);
    }

    /// <summary>Reads what a session has stored: transcripts keep the beginnings of bodies only, so equal answers do not show that all of it came through.</summary>
    private async Task<IReadOnlyList<string>> ReadBackAsync(TranscriptMessage upgrade, OfficialUploads uploads, CancellationToken token)
    {
        TranscriptMessage reader = upgrade with
        {
            StartLine = upgrade.StartLine.Replace("/backup?", "/reader?", StringComparison.Ordinal).Replace("benchmark=false&", "", StringComparison.Ordinal),
            Headers = [.. upgrade.Headers.Select(static header => header.Key == "upgrade" ? KeyValuePair.Create(header.Key, "proxmox-backup-reader-protocol-v1") : header)],
        };
        await using TranscriptConnection connection = await TranscriptConnection.OpenAsync(_simulator.Endpoint, Live, token);
        List<string> differences = [];
        if (await connection.SendAsync(reader, token) is { Status: not 101 } refused)
        {
            differences.Add($"not to be read: {refused.Text}");
            return differences;
        }

        foreach ((string name, byte[] expected) in uploads.Files)
        {
            byte[] stored = (await connection.SendAsync(Get($"/download?file-name={name}"), token)).Body;
            if (!(name.EndsWith(".blob", StringComparison.Ordinal) ? stored : stored.AsSpan(AnswerRules.IndexChecksum, expected.Length)).SequenceEqual(expected))
            {
                differences.Add($"{name} is stored with other content");
            }
        }

        foreach (string digest in uploads.Chunks)
        {
            if (!(await connection.SendAsync(Get($"/chunk?digest={digest}"), token)).Body.AsSpan().SequenceEqual(OfficialUploads.GoldenChunk(digest)))
            {
                differences.Add($"chunk {digest} is stored with other content");
            }
        }

        await EndAsync(connection, token);
        return differences;

        static TranscriptMessage Get(string path) => new(true, 1, "", [new(":method", "GET"), new(":path", path)], TranscriptBody.Empty);
    }

    // The server learns of the end of a session a moment later, and holds its locks until then; the runs were recorded minutes apart.
    private async Task EndAsync(TranscriptConnection connection, CancellationToken token)
    {
        await connection.DisposeAsync();
        if (connection.Uploads is null)
        {
            return;
        }

        TranscriptMessage running = new(
            true,
            0,
            "GET /api2/json/nodes/localhost/tasks?running=true HTTP/1.1",
            [new("authorization", "PBSAPIToken golden@pbs!tok:" + RecordedBackupServer.TokenSecret), new("host", "localhost")],
            TranscriptBody.Empty);
        await using TranscriptConnection other = await TranscriptConnection.OpenAsync(_simulator.Endpoint, Live, token);
        while (!(await other.SendAsync(running, token)).Text.StartsWith("{\"data\":[]", StringComparison.Ordinal))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private void Learn(TranscriptMessage recorded, TranscriptAnswer live)
    {
        if (recorded.Body.Text is not ['{', ..] was)
        {
            return;
        }

        foreach (Regex pattern in (Regex[])[TicketPattern(), CsrfPattern(), UpidPattern()])
        {
            if (pattern.Match(was) is { Success: true } old && pattern.Match(live.Text) is { Success: true } fresh)
            {
                _substitutions.Add(old.Groups[1].Value, fresh.Groups[1].Value);
            }
        }
    }

    // Proxmox: the client escapes more of a task's id than other programs do.
    private string Live(string text) => _substitutions.Apply(text.Replace("%5F", "_", StringComparison.Ordinal));

    [GeneratedRegex("\"ticket\":\"(PBS:[^\"]+)\"")]
    private static partial Regex TicketPattern();

    [GeneratedRegex("\"CSRFPreventionToken\":\"([^\"]+)\"")]
    private static partial Regex CsrfPattern();

    [GeneratedRegex("\"data\":\"(UPID:[^\"]+)\"")]
    private static partial Regex UpidPattern();
}
