using System.Globalization;

namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>The simulated backup server serves the original client: recorded runs of it are sent again, and the answers are those of the real server.</summary>
public sealed class OfficialClientTests(OfficialClientTests.Replay replay) : IClassFixture<OfficialClientTests.Replay>
{
    public static TheoryData<string> Runs => [.. TranscriptReplay.Names];

    [Theory]
    [MemberData(nameof(Runs))]
    public void Run_OfTheOriginalClient_IsAnsweredAsByTheRealServer(string name)
    {
        TranscriptOutcome outcome = replay.Outcomes[name];

        Assert.True(outcome.Compared > 0, "No answer was compared.");
        Assert.True(outcome.Differences.Count == 0, string.Join('\n', outcome.Differences));
    }

    [Fact]
    public void Runs_AreAllOfTheRecordings() => Assert.Equal(
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Recordings", "pbs", "captures")).Select(Path.GetFileNameWithoutExtension).Order(),
        TranscriptReplay.Names.Order());

    /// <summary>All runs, replayed once.</summary>
    public sealed class Replay : IAsyncLifetime
    {
        internal IReadOnlyDictionary<string, TranscriptOutcome> Outcomes { get; private set; } = new Dictionary<string, TranscriptOutcome>();

        public async ValueTask InitializeAsync()
        {
            Outcomes = await TranscriptReplay.RunAsync(TestContext.Current.CancellationToken);
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Outcomes.Values.Sum(static outcome => outcome.Compared)} answers were compared."));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
