using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Monitoring;

/// <summary>Knows which page of the system log comes next.</summary>
internal sealed class SyslogPages(string? service)
{
    private const int PageSize = 500;

    private long _last;

    /// <summary>True when the log was read to its end.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The call that gives the next lines.</summary>
    // Proxmox: versions differ in whether they count lines from 0 or 1; the line that may come twice is left out.
    public NodesListSyslogRequest Next() => new() { Service = service, Start = _last, Limit = PageSize };

    /// <summary>Takes the new lines out of an answer.</summary>
    public IReadOnlyList<NodesSyslogItem> Take(IReadOnlyList<NodesSyslogItem> page)
    {
        List<NodesSyslogItem> lines = [.. page.Where(line => line.N > _last)];
        IsOver = page.Count < PageSize || lines.Count == 0;
        _last = lines.Count > 0 ? lines[^1].N : _last;
        return lines;
    }
}
