using System.Globalization;
using System.Text;
using ProxSharp.Api;
using ProxSharp.Json;

namespace ProxSharp.Monitoring;

/// <summary>The points of a time series turned from rows into columns.</summary>
/// <param name="Times">The times.</param>
/// <param name="Step">The distance between two of them.</param>
/// <param name="Columns">The metrics.</param>
internal sealed record TimeSeriesTable(DateTimeOffset[] Times, TimeSpan Step, TimeSeriesColumn[] Columns)
{
    /// <summary>Reads the list of points a server gives. It leaves out the metrics a point has no value of.</summary>
    public static readonly ApiReader<TimeSeriesTable> Reader = Read;

    private static TimeSeriesTable Read(ref ApiJsonReader reader)
    {
        List<long> times = [];
        List<(byte[] Name, List<double> Values)> columns = [];
        _ = reader.ReadList((ref ApiJsonReader row) =>
        {
            ReadRow(ref row, times, columns);
            return true;
        });

        foreach ((_, List<double> values) in columns)
        {
            Pad(values, times.Count);
        }

        return new TimeSeriesTable(
            [.. times.Select(Time)],
            TimeSpan.FromSeconds(SmallestStep(times)),
            [
                .. columns.Select(static column => new TimeSeriesColumn(Encoding.UTF8.GetString(column.Name), [.. column.Values]))
                    .OrderBy(static column => column.Name, StringComparer.Ordinal),
            ]);
    }

    private static DateTimeOffset Time(long seconds) => WireTime.Read(seconds)
        ?? throw new ProxmoxProtocolException($"The time of a point of the series is none: {seconds.ToString(CultureInfo.InvariantCulture)} s after 1970.");

    private static void ReadRow(ref ApiJsonReader row, List<long> times, List<(byte[] Name, List<double> Values)> columns)
    {
        if (!row.EnterObject())
        {
            return;
        }

        times.Add(0);
        while (row.NextMember())
        {
            if (row.MemberName.SequenceEqual("time"u8))
            {
                times[^1] = row.ReadInt64().GetValueOrDefault();
                continue;
            }

            List<double> values = Find(columns, row.MemberName);
            Pad(values, times.Count - 1);
            values.Add(row.ReadDouble() ?? double.NaN);
        }
    }

    private static List<double> Find(List<(byte[] Name, List<double> Values)> columns, ReadOnlySpan<byte> name)
    {
        foreach ((byte[] known, List<double> values) in columns)
        {
            if (name.SequenceEqual(known))
            {
                return values;
            }
        }

        columns.Add((name.ToArray(), []));
        return columns[^1].Values;
    }

    private static void Pad(List<double> values, int count)
    {
        while (values.Count < count)
        {
            values.Add(double.NaN);
        }
    }

    private static long SmallestStep(List<long> times) =>
        times.Zip(times.Skip(1), static (one, next) => next - one).Where(static step => step > 0).DefaultIfEmpty(0).Min();
}
