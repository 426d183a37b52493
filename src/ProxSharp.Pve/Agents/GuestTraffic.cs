namespace ProxSharp.Pve.Agents;

/// <summary>What has passed a network interface inside a guest since it came up.</summary>
public sealed record GuestTraffic
{
    /// <summary>Bytes received.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Packets received.</summary>
    public long ReceivedPackets { get; init; }

    /// <summary>Packets that came with errors.</summary>
    public long ReceiveErrors { get; init; }

    /// <summary>Packets that came and were dropped.</summary>
    public long ReceiveDrops { get; init; }

    /// <summary>Bytes sent.</summary>
    public long SentBytes { get; init; }

    /// <summary>Packets sent.</summary>
    public long SentPackets { get; init; }

    /// <summary>Packets that could not be sent for errors.</summary>
    public long SendErrors { get; init; }

    /// <summary>Packets that were dropped instead of sent.</summary>
    public long SendDrops { get; init; }
}
