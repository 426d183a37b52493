using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Monitoring;

/// <summary>Makes lines of what servers give.</summary>
internal static class LogLines
{
    public static IReadOnlyList<LogLine> Read(IReadOnlyList<NodesSyslogItem> items) => [.. items.Select(static item => new LogLine(item.N, item.T))];
}
