using System.Globalization;
using ProxSharp.Simulator.Pbs;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>What retention keeps, against a second implementation that writes the marks of every pass down.</summary>
public sealed class RetentionTests
{
    private static readonly string[] s_rules = ["keep-last", "keep-hourly", "keep-daily", "keep-weekly", "keep-monthly", "keep-yearly"];

    [Theory]
    [InlineData("UTC")]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kathmandu")]
    public void Keep_RandomTimes_KeepsWhatTheSecondImplementationKeeps(string name)
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        Random random = new(20261126);
        for (int run = 0; run < 400; run++)
        {
            // Half of them around a change of clocks, minutes apart; the rest over years.
            long start = (run % 2 == 0 ? new DateTimeOffset(2026, 10, 24, 20, 0, 0, TimeSpan.Zero) : new DateTimeOffset(2023, 12, 28, 0, 0, 0, TimeSpan.Zero)).ToUnixTimeSeconds();
            int span = run % 2 == 0 ? 3 * 86_400 : 900 * 86_400;
            HashSet<long> times = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => start + random.Next(span))];
            Dictionary<string, long> rules = s_rules.Where(_ => random.Next(2) == 0).ToDictionary(static rule => rule, _ => (long)random.Next(0, 7));

            HashSet<long> kept = Retention.Keep(times, static time => time, rule => rules.TryGetValue(rule, out long count) ? count : null, zone);

            Assert.Equal(Expected(times, rules, zone).Order(), kept.Order());
        }
    }

    [Fact]
    public void Keep_MarkedForRemovalByAnEarlierRule_IsNotTakenUpByALaterOne()
    {
        long[] times = [.. new[] { "2026-01-03T12:30:00Z", "2026-01-03T12:10:00Z", "2026-01-02T09:00:00Z" }.Select(static text => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeSeconds())];
        Dictionary<string, long> rules = new() { ["keep-hourly"] = 2, ["keep-weekly"] = 3 };

        HashSet<long> kept = Retention.Keep(times, static time => time, rule => rules.TryGetValue(rule, out long count) ? count : null, TimeZoneInfo.Utc);

        Assert.Equal([times[2], times[0]], kept.Order());
    }

    [Fact]
    public async Task Prune_OfAServerElsewhere_CountsTheDaysOfItsTimeZone()
    {
        SimulatedClock time = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));
        await using PbsSimulator simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions
        {
            TimeProvider = time,
            Delays = false,
            Scenario = static server =>
            {
                DefaultBackupServer.Build(server);
                foreach (string at in (string[])["2026-01-10T14:30:00Z", "2026-01-10T15:30:00Z", "2026-01-10T16:30:00Z"])
                {
                    server.AddSnapshot("offsite", "vm", "7", DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), size: 1 << 20);
                }
            },
        });
        using TestClient client = new(simulator.Endpoint) { Authorization = BackupWire.Token };
        const string Rule = """{"backup-type":"vm","backup-id":"7","keep-daily":7,"dry-run":true}""";

        TestReply utc = await client.PostJsonAsync("/admin/datastore/offsite/prune", Rule);
        Assert.Equal(200, (await client.PutAsync("/nodes/localhost/time", ("timezone", "Asia/Tokyo"))).Status);
        TestReply tokyo = await client.PostJsonAsync("/admin/datastore/offsite/prune", Rule);

        Assert.Equal([false, false, true], Kept(utc));
        Assert.Equal([true, false, true], Kept(tokyo));
        Assert.Equal(9 * 3600, (await client.GetAsync("/nodes/pbs/time")).Data!["localtime"]!.GetValue<long>() - time.GetUtcNow().ToUnixTimeSeconds());
    }

    private static IEnumerable<bool> Kept(TestReply reply) => reply.Data!.AsArray().Select(static entry => entry!["keep"]!.GetValue<bool>());

    private static IEnumerable<long> Expected(IEnumerable<long> times, Dictionary<string, long> rules, TimeZoneInfo zone)
    {
        long[] list = [.. times.OrderDescending()];
        if (rules.Values.All(static count => count == 0))
        {
            return list;
        }

        Dictionary<long, string> marks = [];
        foreach (string rule in s_rules.Where(rules.ContainsKey))
        {
            List<string> already = [.. list.Where(time => marks.TryGetValue(time, out string? mark) && mark == "keep").Select(time => Id(rule, time, zone))];
            List<string> included = [];
            foreach (long time in list)
            {
                string id = Id(rule, time, zone);
                if (marks.ContainsKey(time) || already.Contains(id))
                {
                    continue;
                }

                if (included.Contains(id))
                {
                    marks.Add(time, "remove");
                    continue;
                }

                if (included.Count >= rules[rule])
                {
                    break;
                }

                included.Add(id);
                marks.Add(time, "keep");
            }
        }

        return list.Where(time => marks.TryGetValue(time, out string? mark) && mark == "keep");
    }

    private static string Id(string rule, long time, TimeZoneInfo zone)
    {
        DateTime local = DateTime.UnixEpoch.AddSeconds(time) + zone.GetUtcOffset(DateTime.UnixEpoch.AddSeconds(time));
        DateTime thursday = local.Date.AddDays(3 - (((int)local.DayOfWeek + 6) % 7));
        return rule switch
        {
            "keep-last" => $"{time}",
            "keep-hourly" => $"{local.Year}/{local.Month}/{local.Day}/{local.Hour}",
            "keep-daily" => $"{local.Year}/{local.Month}/{local.Day}",
            "keep-weekly" => $"{thursday.Year}/{(thursday.DayOfYear - 1) / 7}",
            "keep-monthly" => $"{local.Year}/{local.Month}",
            _ => $"{local.Year}",
        };
    }
}
