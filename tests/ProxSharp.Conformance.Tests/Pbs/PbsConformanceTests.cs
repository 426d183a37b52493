using System.Globalization;
using System.Text;

namespace ProxSharp.Conformance.Tests.Pbs;

/// <summary>The simulated backup server answers recorded requests as the recorded server did.</summary>
public sealed class PbsConformanceTests(PbsConformanceTests.Replay replay) : IClassFixture<PbsConformanceTests.Replay>
{
    public static TheoryData<string> Samples => [.. PbsSample.Names()];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Answer_OfTheSimulator_EqualsTheRecordedOne(string name)
    {
        Outcome outcome = replay.Outcomes[name];

        if (PbsKnownDifferences.Reasons.TryGetValue(name, out string? reason))
        {
            Assert.False(outcome.IsEqual, $"{name} is listed as different ({reason}), but its answers are equal: remove it from the list.");
            return;
        }

        Assert.True(outcome.IsEqual, string.Join('\n', outcome.Differences));
    }

    [Fact]
    public void Answers_ThatAreEqual_AreAtLeast95Percent()
    {
        int equal = replay.Outcomes.Values.Count(static outcome => outcome.IsEqual);
        double share = 100.0 * equal / replay.Outcomes.Count;

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{equal} of {replay.Outcomes.Count} answers are equal: {share:F1} %"));
        Assert.True(share >= 95, string.Create(CultureInfo.InvariantCulture, $"Only {share:F1} % of the answers are equal."));
    }

    [Fact]
    public void KnownDifferences_NameSamplesThatExist() => Assert.Empty(PbsKnownDifferences.Reasons.Keys.Except(replay.Outcomes.Keys));

    /// <summary>All samples, replayed once.</summary>
    public sealed class Replay : IAsyncLifetime
    {
        internal IReadOnlyDictionary<string, Outcome> Outcomes { get; private set; } = new Dictionary<string, Outcome>();

        public async ValueTask InitializeAsync()
        {
            IReadOnlyList<Outcome> outcomes = await PbsSession.ReplayAsync(PbsSample.InOrder(), TestContext.Current.CancellationToken);
            Outcomes = outcomes.ToDictionary(static outcome => outcome.Name, StringComparer.Ordinal);
            if (Environment.GetEnvironmentVariable("CONFORMANCE_REPORT") is { Length: > 0 } file)
            {
                await File.WriteAllTextAsync(file + ".pbs", Report(outcomes), TestContext.Current.CancellationToken);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static string Report(IReadOnlyList<Outcome> outcomes)
        {
            StringBuilder text = new();
            text.AppendLine(CultureInfo.InvariantCulture, $"{outcomes.Count(static outcome => outcome.IsEqual)} of {outcomes.Count} equal");
            foreach (Outcome outcome in outcomes.Where(static outcome => !outcome.IsEqual))
            {
                text.AppendLine(outcome.Name);
                foreach (string difference in outcome.Differences)
                {
                    text.Append("    ").AppendLine(difference.Replace("\n", "\\n", StringComparison.Ordinal));
                }
            }

            return text.ToString();
        }
    }
}
