namespace ProxSharp.Cli.Calls;

/// <summary>What the numbers of results mean where the schema says nothing: sizes, points in time and durations by the names of members.</summary>
internal static class Units
{
    private const string Bytes = "bytes";
    private const string Duration = "duration";
    private const string Share = "fraction_as_percentage";
    private const string Time = "timestamp";

    private static readonly (string Unit, string[] Names)[] s_names =
    [
        (Bytes,
        [
            "alloc", "avail", "bytes-read", "bytes-used", "bytes-written", "bytes_used", "disk", "disk-bytes", "diskread", "diskwrite", "free",
            "index-data-bytes", "lv_size", "maxdisk", "maxmem", "maxswap", "mem", "memhost", "metadata_size", "metadata_used", "netin", "netout",
            "pending-bytes", "removed-bytes", "size", "total", "used",
        ]),
        (Duration, ["duration", "uptime"]),
        (Share, ["cpu"]),
        (Time,
        [
            "archived-at", "backup-time", "checktime", "created", "ctime", "endtime", "estimated-full-date", "expire", "last-backup", "last-run",
            "last-run-endtime", "last_sync", "last_try", "media-set-ctime", "modified", "mtime", "next-run", "next_sync", "notafter", "notbefore", "snaptime",
            "starttime",
        ]),
    ];

    // Of time series alone: elsewhere some of these are set in other units.
    private static readonly string[] s_figures =
        ["available", "memavailable", "memfree", "memtotal", "memused", "read_bytes", "roottotal", "rootused", "swaptotal", "swapused", "write_bytes"];

    /// <summary>Returns the units of the members below a path, by name.</summary>
    public static Dictionary<string, string> Of(string path)
    {
        Dictionary<string, string> units = new(StringComparer.Ordinal);
        if (path.EndsWith("/config", StringComparison.Ordinal) || path.EndsWith("/pending", StringComparison.Ordinal))
        {
            // What is configured is in the units in which it is set; when a snapshot was taken nobody sets.
            if (path.Contains("/snapshot/", StringComparison.Ordinal))
            {
                units["snaptime"] = Time;
            }

            return units;
        }

        foreach ((string unit, string[] names) in s_names)
        {
            foreach (string name in names)
            {
                units[name] = unit;
            }
        }

        if (path.Contains("/ceph/", StringComparison.Ordinal))
        {
            // Proxmox: the size of a pool is its number of copies.
            units.Remove("size");
        }

        if (path.EndsWith("/rrddata", StringComparison.Ordinal) || path.EndsWith("/rrd", StringComparison.Ordinal))
        {
            units["time"] = Time;
            units["iowait"] = Share;
            foreach (string name in s_figures)
            {
                units[name] = Bytes;
            }
        }

        if (path is "/cluster/log" or "/nodes/{node}/time")
        {
            units["time"] = Time;
            units["localtime"] = "timestamp_gmt";
        }

        return units;
    }
}
