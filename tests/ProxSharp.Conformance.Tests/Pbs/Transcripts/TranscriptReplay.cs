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
        }

        return new(compared, differences);
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
