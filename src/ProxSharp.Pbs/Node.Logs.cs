using System.Runtime.CompilerServices;
using ProxSharp.Monitoring;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Monitoring;

namespace ProxSharp.Pbs;

/// <content>The logs of the machine.</content>
public sealed partial class Node
{
    /// <summary>Reads the journal of the machine line by line, and waits for new lines if the options say so.</summary>
    /// <param name="options">Which lines; null reads the latest 100.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <remarks><c>GET /nodes/{node}/journal</c>. Needs <c>Sys.Audit</c> on <c>/system/log</c>.</remarks>
    /// <exception cref="ProxmoxProtocolException">The journal is to be followed, and the server does not tell where its answer ends.</exception>
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

    /// <summary>Reads the whole system log of the machine line by line, in calls of 500 lines each.</summary>
    /// <param name="service">Only the lines of a service, for example <c>proxmox-backup-proxy</c>; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <remarks><c>GET /nodes/{node}/syslog</c>. Needs <c>Sys.Audit</c> on <c>/system/log</c>.</remarks>
    public async IAsyncEnumerable<NodesSyslogItem> ReadSyslogAsync(
        string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (SyslogPages pages = new(service); !pages.IsOver;)
        {
            foreach (NodesSyslogItem line in pages.Take(await ListSyslogAsync(pages.Next(), cancellationToken).ConfigureAwait(false)))
            {
                yield return line;
            }
        }
    }

    /// <inheritdoc cref="ReadSyslogAsync"/>
    public IEnumerable<NodesSyslogItem> ReadSyslog(string? service = null, CancellationToken cancellationToken = default)
    {
        for (SyslogPages pages = new(service); !pages.IsOver;)
        {
            foreach (NodesSyslogItem line in pages.Take(ListSyslog(pages.Next(), cancellationToken)))
            {
                yield return line;
            }
        }
    }
}
