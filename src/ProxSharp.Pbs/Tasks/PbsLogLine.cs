using System.Globalization;
using ProxSharp.Pbs.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tasks;

/// <summary>Reads the lines of logs, which begin with the time: <c>2026-11-22T21:15:48+00:00: text</c>.</summary>
internal static class PbsLogLine
{
    private const int StampLength = 25;
    private const string Separator = ": ";
    private const string StampFormat = "yyyy-MM-dd'T'HH:mm:sszzz";

    /// <summary>Reads a line.</summary>
    public static TaskLogLine Read(NodesSyslogItem item)
    {
        ReadOnlySpan<char> text = item.T;
        return text.Length >= StampLength + Separator.Length
            && text[StampLength..].StartsWith(Separator)
            && DateTimeOffset.TryParseExact(text[..StampLength], StampFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time)
                ? new TaskLogLine(item.N, item.T[(StampLength + Separator.Length)..]) { Time = time }
                : new TaskLogLine(item.N, item.T);
    }
}
