using System.Runtime.CompilerServices;
using ProxSharp.Api;
using ProxSharp.Monitoring;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Monitoring;

namespace ProxSharp.Pve;

public sealed partial class Node
{
    private const int SyslogPage = 500;

    /// <summary>Gets the metrics of the node over time.</summary>
    /// <param name="timeframe">The span of time, up to now.</param>
    /// <param name="consolidation">Whether points are means or maxima of the time they stand for; null for means.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/rrddata</c>. Needs <c>Sys.Audit</c> on <c>/nodes/{node}</c>.</remarks>
    public async Task<NodeTimeSeries> GetRrdAsync(
        NodeRrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) =>
        new(await Client.Connection.SendAsync(RrdCalls.Node, RrdTarget(timeframe, consolidation), TimeSeriesTable.Reader,
            cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetRrdAsync"/>
    public NodeTimeSeries GetRrd(NodeRrdTimeframe timeframe, RrdConsolidation? consolidation = null, CancellationToken cancellationToken = default) =>
        new(Client.Connection.Send(RrdCalls.Node, RrdTarget(timeframe, consolidation), TimeSeriesTable.Reader, cancellationToken: cancellationToken).Data);

    /// <summary>Reads the journal of the node line by line, and waits for new lines if the options say so.</summary>
    /// <param name="options">Which lines; null reads the latest 100.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <remarks><c>GET /nodes/{node}/journal</c>. Needs <c>Sys.Syslog</c> on <c>/nodes/{node}</c>.</remarks>
    public IAsyncEnumerable<string> ReadJournalAsync(JournalOptions? options = null, CancellationToken cancellationToken = default)
    {
        JournalOptions wanted = options ?? new();
        return JournalReading.ReadAsync(
            (cursor, token) => ListJournalAsync(JournalRequests.After(wanted, cursor), token),
            JournalRequests.Following(wanted),
            Client.Options.TimeProvider,
            cancellationToken);
    }

    /// <inheritdoc cref="ReadJournalAsync"/>
    public IEnumerable<string> ReadJournal(JournalOptions? options = null, CancellationToken cancellationToken = default)
    {
        JournalOptions wanted = options ?? new();
        return JournalReading.Read(
            cursor => ListJournal(JournalRequests.After(wanted, cursor), cancellationToken),
            JournalRequests.Following(wanted),
            Client.Options.TimeProvider,
            cancellationToken);
    }

    /// <summary>Reads the whole system log of the node line by line, in calls of 500 lines each.</summary>
    /// <param name="service">Only the lines of a service, for example <c>pvedaemon</c>; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <remarks><c>GET /nodes/{node}/syslog</c>. Needs <c>Sys.Syslog</c> on <c>/nodes/{node}</c>.</remarks>
    public async IAsyncEnumerable<LogLine> ReadSyslogAsync(string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (int start = 0; ; start += SyslogPage)
        {
            IReadOnlyList<LogLine> page = LogLines.Read(await ListSyslogAsync(SyslogRequest(service, start), cancellationToken).ConfigureAwait(false));
            foreach (LogLine line in page)
            {
                yield return line;
            }

            if (page.Count < SyslogPage)
            {
                yield break;
            }
        }
    }

    /// <inheritdoc cref="ReadSyslogAsync"/>
    public IEnumerable<LogLine> ReadSyslog(string? service = null, CancellationToken cancellationToken = default)
    {
        for (int start = 0; ; start += SyslogPage)
        {
            IReadOnlyList<LogLine> page = LogLines.Read(ListSyslog(SyslogRequest(service, start), cancellationToken));
            foreach (LogLine line in page)
            {
                yield return line;
            }

            if (page.Count < SyslogPage)
            {
                yield break;
            }
        }
    }

    private static NodesListSyslogRequest SyslogRequest(string? service, int start) => new() { Service = service, Start = start, Limit = SyslogPage };

    private ApiParameters RrdTarget(NodeRrdTimeframe timeframe, RrdConsolidation? consolidation) =>
        new ApiParameters().WithPath("node", Name.Value).With(timeframe.Value, consolidation);
}
